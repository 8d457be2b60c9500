import { startRedis } from '../tests/support/redis-server.ts';
import { type Child, startChild } from './child-process.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';
import { type SidecarStack, startLimiter, startReference, withSidecar } from './sidecar-stack.ts';
import type { SpendLoad, SpendLoadResult } from './spend-load.ts';

const connections = 64;
/** Each spends some 50 a second here, and a lease lasts for half a minute of that; with 1,000 tenants it is ten times the calls. */
const busyTenants = 100;
const roundSeconds = 4;

type Generator = Child<SpendLoad, SpendLoadResult>;
type Way = 'TCP' | 'socket';

interface Reference {
  name: string;
  port: number;
  socket: string;
  floor: number;
  goal: number;
}

/**
 * P9: `POST /consume` on TCP and on the socket, against plain node:http that parses and answers the same, and against what
 * a service takes off the shelf instead: rate-limiter-flexible on Redis.
 */
export async function sidecarScenario(context: BenchContext): Promise<BenchRow[]> {
  return withSidecar(context, async (stack) => {
    const generator: Generator = await startChild('./spend-load.ts');
    const bare = await startReference('decide', stack);
    const redis = await startRedis();
    const limiter = redis === undefined ? undefined : await startLimiter(redis.url, stack);
    const references: Reference[] = [
      { ...bare, name: 'bare node:http, same parse and answer', floor: 0.7, goal: 0.85 },
    ];
    if (limiter === undefined)
      context.log('P9: no Redis here, so nothing is compared with rate-limiter-flexible');
    else references.push({ ...limiter, name: 'rate-limiter-flexible on Redis', floor: 3, goal: 5 });
    try {
      await settle(generator, stack);
      const rows: BenchRow[] = [];
      for (const way of ['TCP', 'socket'] as const) {
        for (const reference of references)
          rows.push(await compare(context, generator, stack, way, reference));
      }
      return rows;
    } finally {
      await generator.stop();
      await bare.stop();
      await limiter?.stop();
      await redis?.stop();
    }
  });
}

/** Leases grow to half a minute of what a tenant spends, which takes a while to know; only then are calls few. */
async function settle(generator: Generator, { port }: SidecarStack): Promise<void> {
  const run = rounds(generator, { port });
  for (let time = 0; time < 4; time++) await run();
}

async function compare(
  context: BenchContext,
  generator: Generator,
  stack: SidecarStack,
  way: Way,
  reference: Reference,
): Promise<BenchRow> {
  const through = ({ port, socket }: { port: number; socket: string }) =>
    rounds(generator, way === 'socket' ? { path: socket } : { port });
  const ours = through(stack);
  const theirs = through(reference);
  for (let time = 0; time < 2; time++) for (const one of [ours, theirs]) await one();
  const before = await counts(stack);
  const { a, b, ratio, ranges } = await alternate(context.rounds, ours, theirs);
  const after = await counts(stack);
  const calls = ((after.calls - before.calls) / (after.decisions - before.decisions)) * 1_000;
  return {
    id: 'P9',
    scenario: `sidecar POST /consume, ${way}, ${connections} connections | ${reference.name}`,
    assay: a,
    reference: b,
    ratio,
    ranges,
    floor: reference.floor,
    goal: reference.goal,
    unit: 'requests/s',
    note: `${way}: ${calls.toFixed(2)} ledger calls per 1,000 decisions over ${busyTenants} tenants`,
  };
}

function rounds(generator: Generator, at: SpendLoad['at']): () => Promise<number> {
  return async () => {
    const load = { at, connections, seconds: roundSeconds, tenants: busyTenants };
    const { perSecond, requests, other } = await generator.ask(load);
    // Before a tenant's rate is known a lease can run out under a burst; those are waits and, rarely, a 503.
    if (other > requests / 1_000) throw new Error(`${other} of ${requests} were not answered with 200`);
    return perSecond;
  };
}

async function counts(stack: SidecarStack): Promise<{ decisions: number; calls: number }> {
  const decisions = await stack.metric('sidecar_decisions_total');
  return { decisions, calls: await stack.metric('sidecar_ledger_calls_total') };
}
