import { readFileSync } from 'node:fs';
import { type Child, startChild } from './child-process.ts';
import { type BenchContext, type BenchRow, median } from './row.ts';
import { startReference, tenants, withSidecar } from './sidecar-stack.ts';
import type { SteadyLoad, SteadyLoadResult } from './steady-load.ts';

const rate = 2_000;
const seconds = 300;

/** Of the last minute under load: what is let go when the load ends does not count, nor what is for a moment. */
const lastSamples = 60;

/** P11: resident memory under 2,000 requests a second over 1,000 tenants, against the same server with an empty handler. */
export async function sidecarMemoryScenario(context: BenchContext): Promise<BenchRow[]> {
  return withSidecar(context, async (stack) => {
    const reference = await startReference('empty', stack);
    const generators: Child<SteadyLoad, SteadyLoadResult>[] = [];
    const start = async (port: number) => {
      const generator: (typeof generators)[0] = await startChild('./steady-load.ts');
      generators.push(generator);
      return generator.ask({ port, connections: 16, requests: rate * seconds, tenants, rate });
    };
    const samples: { ours: number; theirs: number }[] = [];
    const sampling = setInterval(() => {
      samples.push({ ours: residentMb(stack.pid), theirs: residentMb(reference.pid) });
    }, 1_000);
    try {
      // At the same time: both rates are far below what the machine can do.
      const [ours, theirs] = await Promise.all([start(stack.port), start(reference.port)]);
      const failed = ours.other + theirs.other;
      if (failed > 0) throw new Error(`${failed} requests were not answered with 200`);
      const last = samples.slice(-lastSamples);
      const assay = median(last.map((sample) => sample.ours));
      const empty = median(last.map((sample) => sample.theirs));
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
      clearInterval(sampling);
      await Promise.all(generators.map((generator) => generator.stop()));
      await reference.stop();
    }
  });
}

function residentMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kb) / 1_024;
}
