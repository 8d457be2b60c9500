import type { Pool } from 'pg';
import { createPool } from '../src/platform/database/pool.ts';
import { startApiProcess } from '../tests/support/api-process.ts';
import { type Child, cpuMicroseconds, parentOf, startChild } from './child-process.ts';
import type { Load, LoadResult } from './ledger-load.ts';
import { batchSize, type LoadKind, tenantName, tenantsMax } from './ledger-requests.ts';
import type { BenchContext } from './row.ts';

/** Its collections keep to its own thread: V8's helpers would take from the cores what the servers are to have. */
const generatorFlags = ['--max-semi-space-size=1', '--single-threaded-gc'];

/** A real API process on the bench's PostgreSQL, tenants that can spend, and a load generator. */
export interface LedgerStack {
  context: BenchContext;
  owner: Pool;
  apiPort: number;
  apiPid: number;
  key: string;
  /** PostgreSQL's first process. */
  postgresPid: number;
  generator: Child<Load, LoadResult>;
  /** Spends the API answered with 200 so far. */
  spends: number;
  /** Requests that anyone answered with 200 so far. */
  answers: number;
}

const key = 'bench-credits-key';
/** More than any run spends. */
const creditsEach = 1_000_000_000;
/** A round lasts about this long: long enough for a thousand transactions, short enough for five rounds of two. */
const roundSeconds = 4;

/** Runs `work` on a ledger with `tenantsMax` tenants, and checks afterwards that every answered spend is there, once. */
export async function withLedger<T>(
  context: BenchContext,
  work: (stack: LedgerStack) => Promise<T>,
): Promise<T> {
  const owner = createPool(context.config, 'owner', { applicationName: 'assay-bench' });
  const api = await startApiProcess({
    DATABASE_URL: context.config.databaseUrl,
    CREDITS_API_KEY: key,
    // One key sends everything; its rate limit is not what is measured.
    RATE_LIMIT_REQUESTS_PER_SECOND: '10000000',
    RATE_LIMIT_BURST: '10000000',
  });
  const generator = await startChild<Load, LoadResult>('./ledger-load.ts', [], generatorFlags);
  try {
    const { rows } = await owner.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const postgresPid = await parentOf(rows[0]!.pid);
    const apiPid = api.child.pid!;
    const stack = {
      context,
      owner,
      apiPort: api.port,
      apiPid,
      postgresPid,
      key,
      generator,
      spends: 0,
      answers: 0,
    };
    await topUpTenants(api.url);
    await owner.query('VACUUM ANALYZE');
    const result = await work(stack);
    await checkSpends(stack);
    return result;
  } finally {
    await generator.stop();
    await api.terminate();
    await owner.end();
  }
}

async function topUpTenants(url: string): Promise<void> {
  for (let from = 0; from < tenantsMax; from += batchSize) {
    const operations = Array.from({ length: batchSize }, (_, i) => ({
      op: 'topup',
      tenant_id: tenantName(from + i),
      amount: creditsEach,
    }));
    const answer = await fetch(`${url}/credits/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mode: 'independent', operations }),
    });
    const { results } = (await answer.json()) as { results: { status: number }[] };
    const failed = results.find(({ status }) => status !== 200);
    if (failed !== undefined) throw new Error(`a top-up was answered ${JSON.stringify(failed)}`);
  }
}

/** As many transfers as answers, each with its outbox event, and as much spent. */
async function checkSpends({ owner, spends, context }: LedgerStack): Promise<void> {
  const { rows } = await owner.query<{ transfers: string; spent: string; events: string; durable: string }>(`
    SELECT (SELECT count(*) FROM credits.transfers WHERE type = 'consume')::text AS transfers,
           (SELECT sum(spent) FROM credits.accounts)::text AS spent,
           ((SELECT count(*) FROM audit.outbox) + (SELECT count(*) FROM audit.entries))::text AS events,
           current_setting('fsync') || '/' || current_setting('synchronous_commit') AS durable`);
  const { transfers, spent, events, durable } = rows[0]!;
  const expected = `${spends}, ${spends}, ${spends + tenantsMax}`;
  if (`${transfers}, ${spent}, ${events}` !== expected || durable !== 'on/on') {
    throw new Error(
      `expected ${expected} transfers, credits and events; found ${transfers}, ${spent}, ${events}, durable ${durable}`,
    );
  }
  context.log(
    `${transfers} transfers for ${spends} answers, each with its event; fsync and commit: ${durable}`,
  );
}

export interface Traffic {
  kind: LoadKind;
  connections: number;
  /** 1: hot. */
  tenants: number;
}

/**
 * A round of traffic to a port, as often as it is called; the number of requests follows the rate of the last round, so
 * that each takes about as long. The first call warms up.
 *
 * @returns requests a second.
 */
export function rounds(stack: LedgerStack, port: number, traffic: Traffic): () => Promise<number> {
  let perSecond: number | null = null;
  return async () => {
    const requests = Math.max(
      traffic.connections,
      Math.round(perSecond === null ? 20 * traffic.connections : perSecond * roundSeconds),
    );
    const result = await stack.generator.ask({ ...traffic, port, key: stack.key, requests });
    if (result.other > 0)
      throw new Error(`${result.other} of ${requests} requests were not answered with 200`);
    stack.answers += result.ok;
    if (port === stack.apiPort && traffic.kind !== 'balance') {
      stack.spends += result.ok * (traffic.kind === 'batch' ? batchSize : 1);
    }
    ({ perSecond } = result);
    return perSecond;
  };
}

/** Two short rounds: the first finds the rate, the second runs the code until it is compiled. */
export async function warm(...all: (() => Promise<number>)[]): Promise<void> {
  for (let time = 0; time < 2; time++) for (const one of all) await one();
}

/** Processor time a request takes of each of these processes, by one more round. */
export async function processorShares(
  stack: LedgerStack,
  pids: Record<string, number>,
  round: () => Promise<number>,
): Promise<string> {
  const read = () =>
    Promise.all(Object.values(pids).map((pid) => cpuMicroseconds(pid, pid === stack.postgresPid)));
  const [before, answersBefore] = [await read(), stack.answers];
  await round();
  const after = await read();
  const each = (i: number) => Math.round((after[i]! - before[i]!) / (stack.answers - answersBefore));
  return Object.keys(pids)
    .map((name, i) => `${name} ${each(i)} µs`)
    .join(', ');
}
