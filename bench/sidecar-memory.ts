import { readFileSync } from 'node:fs';
import type { BenchContext, BenchRow } from './row.ts';
import { startGenerator, startReference, tenants, withSidecar } from './sidecar-stack.ts';

const rate = 2_000;
const seconds = 300;

/** P11: resident memory under 2,000 requests a second over 1,000 tenants, against the same server with an empty handler. */
export async function sidecarMemoryScenario(context: BenchContext): Promise<BenchRow[]> {
  return withSidecar(context, async (stack) => {
    const reference = await startReference('empty', stack);
    const generator = await startGenerator();
    try {
      const load = { connections: 16, requests: rate * seconds, tenants, rate };
      // At the same time: both rates are far below what the machine can do.
      const [ours, theirs] = await Promise.all([
        stack.generator.ask({ ...load, port: stack.port }),
        generator.ask({ ...load, port: reference.port }),
      ]);
      const failed = ours.other + theirs.other;
      if (failed > 0) throw new Error(`${failed} requests were not answered with 200`);
      const assay = residentMb(stack.pid);
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
      await generator.stop();
      await reference.stop();
    }
  });
}

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kb) / 1_024;
}
