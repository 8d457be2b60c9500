import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPool } from '../../src/platform/database/pool.ts';
import { cancelEvaluation } from '../../src/shadow/evaluations/cancel-evaluation.ts';
import { processEvaluation } from '../../src/shadow/evaluations/process-evaluation.ts';
import { createThreadPool, type ThreadPool } from '../../src/workers/pool.ts';
import { redisUrl } from '../support/redis.ts';
import { createEvaluationFixture, type EvaluationFixture } from './evaluation-fixture.ts';

// An error event that nobody listens for ends a worker, and with it every evaluation it has; here it fails the run.

let fixture: EvaluationFixture;
let threads: ThreadPool;
let owner: Pool;
beforeAll(async () => {
  threads = createThreadPool(1);
  fixture = await createEvaluationFixture(redisUrl());
  owner = createPool(fixture.config, 'owner');
  await fixture.upload(
    'd',
    Array.from({ length: 300 }, (_, i) => ({
      timestamp: 1_767_225_600_000 + i,
      source_ip: `198.51.100.${i % 3}`,
      is_attack: i % 2 === 0,
    })),
  );
});
afterAll(async () => {
  await threads?.destroy();
  await owner?.end();
  await fixture?.close();
});

const rateLimit = (limit: number) => ({ type: 'rate_limit', max_requests_per_minute: limit });
const stop = new AbortController().signal;

/** Works on an evaluation; `during` runs while the keys of its rate limit are being copied into the database. */
function work(evalId: string, during: () => Promise<unknown>) {
  return processEvaluation(
    {
      pool: fixture.judgePool,
      batchTimeoutMs: 20_000,
      now: () => performance.now(),
      threads: {
        threads: 1,
        queued: 0,
        destroy: () => threads.destroy(),
        run: async (task, options) => {
          if (task.kind === 'extract-keys') await during();
          return threads.run(task, options);
        },
      },
    },
    evalId,
    stop,
  );
}

/** Ends the worker's connections whose latest statement is like `query`; waits until they are gone. */
async function terminate(query: string): Promise<void> {
  const { rowCount } = await owner.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name = 'test-judge' AND query LIKE $1`,
    [query],
  );
  expect(rowCount).toBeGreaterThan(0);
}

test('cancelled while keys are copied', async () => {
  const evalId = await fixture.request(rateLimit(31));
  const outcome = await work(evalId, async () => {
    await cancelEvaluation(fixture.pool, evalId);
    // The cancellation is noticed by a poll of the row.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
  });
  expect(outcome).toBe('failed');
  expect((await fixture.result(evalId)).error).toMatchObject({ code: 'cancelled' });
});

test('the connection that sorts keys is lost: the evaluation may be tried again, and then completes', async () => {
  const evalId = await fixture.request(rateLimit(32));
  await expect(work(evalId, () => terminate('COPY %rate_limit_keys%FROM STDIN%'))).rejects.toThrow();
  expect(await work(evalId, async () => {})).toBe('completed');
});

test('every connection is lost at once', async () => {
  const evalId = await fixture.request(rateLimit(33));
  await expect(work(evalId, () => terminate('%'))).rejects.toThrow();
  expect(await work(evalId, async () => {})).toBe('completed');
});

test('a connection that breaks while it is lent out fails its next statement, not the process', async () => {
  const client = await fixture.pool.connect();
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  await owner.query('SELECT pg_terminate_backend($1, 5000)', [rows[0].pid]);
  await expect(client.query('SELECT 1')).rejects.toThrow();
  client.release();
  await expect(fixture.pool.query('SELECT 1')).resolves.toMatchObject({ rowCount: 1 });
});
