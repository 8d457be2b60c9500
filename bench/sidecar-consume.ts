import { alternate, type BenchContext, type BenchRow } from './row.ts';
import { type SidecarStack, startReference, withSidecar } from './sidecar-stack.ts';

const connections = 64;
/** Each spends some 50 a second here, and a lease lasts for half a minute of that; with 1,000 tenants it is ten times the calls. */
const busyTenants = 100;
/** About this long a round; the number of requests follows the rate of the last one. */
const roundSeconds = 4;

/** P9: `POST /consume` on TCP and on the socket, against plain node:http that parses and answers the same. */
export async function sidecarScenario(context: BenchContext): Promise<BenchRow[]> {
  return withSidecar(context, async (stack) => {
    const reference = await startReference('decide', stack);
    try {
      const rows: BenchRow[] = [];
      for (const way of ['TCP', 'socket'] as const) {
        const ours = rounds(stack, stack.port, way === 'socket' ? stack.socket : undefined);
        const bare = rounds(stack, reference.port, way === 'socket' ? reference.socket : undefined);
        for (let time = 0; time < 2; time++) for (const one of [ours, bare]) await one();
        const before = await counts(stack);
        const { a, b, ratio, ranges } = await alternate(context.rounds, ours, bare);
        const after = await counts(stack);
        const calls = ((after.calls - before.calls) / (after.decisions - before.decisions)) * 1_000;
        rows.push({
          id: 'P9',
          scenario: `sidecar POST /consume, ${way}, ${connections} connections | bare node:http, same parse and answer`,
          assay: a,
          reference: b,
          ratio,
          ranges,
          floor: 0.7,
          goal: 0.85,
          unit: 'requests/s',
          note: `${calls.toFixed(2)} ledger calls per 1,000 decisions over ${busyTenants} tenants`,
        });
      }
      return rows;
    } finally {
      await reference.stop();
    }
  });
}

function rounds({ generator }: SidecarStack, port: number, socketPath?: string): () => Promise<number> {
  let perSecond: number | null = null;
  return async () => {
    const requests = Math.round(perSecond === null ? 200 * connections : perSecond * roundSeconds);
    const ask = {
      port,
      connections,
      requests,
      tenants: busyTenants,
      ...(socketPath === undefined ? {} : { socketPath }),
    };
    const result = await generator.ask(ask);
    // Before a tenant's rate is known a lease can run out under a burst; those are waits and, rarely, a 503.
    if (result.other > requests / 1_000)
      throw new Error(`${result.other} of ${requests} were not answered with 200`);
    ({ perSecond } = result);
    return perSecond;
  };
}

async function counts(stack: SidecarStack): Promise<{ decisions: number; calls: number }> {
  const decisions = await stack.metric('sidecar_decisions_total');
  return { decisions, calls: await stack.metric('sidecar_ledger_calls_total') };
}
