import { startRedis } from '../tests/support/redis-server.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';
import { type SidecarStack, startLimiter, startReference, withSidecar } from './sidecar-stack.ts';
import { hasWrk, runWrk } from './wrk.ts';

const connections = 64;
/** Each spends some 50 a second here, and a lease lasts for half a minute of that; with 1,000 tenants it is ten times the calls. */
const busyTenants = 100;
/** About this long a round; the number of requests follows the rate of the last one. */
const roundSeconds = 4;

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
    const bare = await startReference('decide', stack);
    const redis = await startRedis();
    const limiter = redis === undefined ? undefined : await startLimiter(redis.url, stack);
    const references: Reference[] = [
      { ...bare, name: 'bare node:http, same parse and answer', floor: 0.7, goal: 0.85 },
    ];
    if (limiter === undefined)
      context.log('P9: no Redis here, so nothing is compared with rate-limiter-flexible');
    else references.push({ ...limiter, name: 'rate-limiter-flexible on Redis', floor: 3, goal: 5 });
    const withWrk = await hasWrk();
    if (!withWrk)
      context.log(
        'P9: no wrk here, so it is autocannon’s rate that is measured on TCP (Debian: apt install wrk)',
      );
    try {
      await settle(stack);
      const rows: BenchRow[] = [];
      for (const way of ['TCP', 'socket'] as const) {
        for (const reference of references) rows.push(await compare(context, stack, way, reference, withWrk));
      }
      return rows;
    } finally {
      await bare.stop();
      await limiter?.stop();
      await redis?.stop();
    }
  });
}

/** Leases grow to half a minute of what a tenant spends, which takes a while to know; only then are calls few. */
async function settle(stack: SidecarStack): Promise<void> {
  const run = rounds(stack, stack.port);
  for (let time = 0; time < 4; time++) await run();
}

async function compare(
  context: BenchContext,
  stack: SidecarStack,
  way: Way,
  reference: Reference,
  withWrk: boolean,
): Promise<BenchRow> {
  const through = ({ port, socket }: { port: number; socket: string }) => {
    if (way === 'socket') return rounds(stack, port, socket);
    return withWrk ? wrkRounds(port) : rounds(stack, port);
  };
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
    note: `${way}, by ${way === 'TCP' && withWrk ? 'wrk' : 'autocannon'}: ${calls.toFixed(2)} ledger calls per 1,000 decisions over ${busyTenants} tenants`,
  };
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
    refuseMany(result.other, requests);
    ({ perSecond } = result);
    return perSecond;
  };
}

function wrkRounds(port: number): () => Promise<number> {
  return async () => {
    const load = { port, connections, seconds: roundSeconds, tenants: busyTenants };
    const { perSecond, requests, other } = await runWrk(load);
    refuseMany(other, requests);
    return perSecond;
  };
}

/** Before a tenant's rate is known a lease can run out under a burst; those are waits and, rarely, a 503. */
function refuseMany(other: number, requests: number): void {
  if (other > requests / 1_000) throw new Error(`${other} of ${requests} were not answered with 200`);
}

async function counts(stack: SidecarStack): Promise<{ decisions: number; calls: number }> {
  const decisions = await stack.metric('sidecar_decisions_total');
  return { decisions, calls: await stack.metric('sidecar_ledger_calls_total') };
}
