import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { runScheduled } from '../../src/queue/run-scheduled.ts';
import { runSchedules } from '../../src/queue/run-schedules.ts';
import { reportingJob, type ScheduledJob } from '../../src/queue/scheduled-job.ts';
import { createTestDatabase } from '../support/database.ts';
import { redisUrl } from '../support/redis.ts';

const database = await createTestDatabase();
afterAll(() => database.drop());
const log = createLogger({ logLevel: 'silent' }, 'test');
const depsOf = () => ({ pool: database.appPool, log, metrics: createMetrics() });

async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await sleep(20);
  }
}

describe.each([
  ['PostgreSQL', {}],
  ['Redis', redisUrl() === undefined ? null : { REDIS_URL: redisUrl()! }],
])('on %s', (store, env) => {
  test.skipIf(env === null)('two workers run a job on its schedule, one at a time', async () => {
    const prefix = `test-${process.pid}-${store}`;
    const config = loadConfig({ DATABASE_URL: database.url, REDIS_KEY_PREFIX: prefix, ...env });
    let atOnce = 0;
    let atOnceMax = 0;
    const runs: string[] = [];
    const jobOf = (worker: string): ScheduledJob => ({
      name: `tick-${store}`,
      everyMs: 300,
      run: async () => {
        atOnceMax = Math.max(atOnceMax, ++atOnce);
        await sleep(30);
        atOnce--;
        runs.push(worker);
      },
    });
    const backends = [1, 2].map(() => createQueueBackend(config, () => {}));
    const workers = backends.map((backend, i) => runSchedules(backend, [jobOf(`worker ${i}`)], depsOf()));
    const began = performance.now();
    try {
      await until('six runs', () => runs.length >= 6);
      const elapsedMs = performance.now() - began;
      // One at the start and one an interval; reminders of two workers are not two runs.
      expect(runs.length).toBeLessThanOrEqual(elapsedMs / 150 + 2);
      expect(atOnceMax).toBe(1);
      if (store === 'Redis') {
        const redis = new Redis(redisUrl()!);
        const keys = await redis.keys(`${prefix}:*`);
        expect(keys.length).toBeGreaterThan(0);
        await redis.del(...keys);
        const before = runs.length;
        await until('runs after the queue was lost', () => runs.length > before + 1);
        redis.disconnect();
      }
    } finally {
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all(backends.map((backend) => backend.close()));
    }
  });
});

test('what a job found is told by workers that did not run it, and by those that start later', async () => {
  const job = (worker: number[]) =>
    reportingJob<{ found: number }>({
      name: 'counting',
      everyMs: 60_000,
      run: async () => ({ found: 7 }),
      publish: ({ found }) => void worker.push(found),
    });
  const [ran, late] = [[], []] as [number[], number[]];
  expect(await runScheduled(depsOf(), job(ran), new AbortController().signal)).toBe('done');
  const backend = createQueueBackend(loadConfig({ DATABASE_URL: database.url }), () => {});
  const worker = runSchedules(backend, [job(late)], depsOf());
  try {
    await until('the report', () => late.length > 0);
    expect([ran, late]).toEqual([[7], [7]]);
  } finally {
    await worker.stop();
    await backend.close();
  }
});

test('a job is not done again while it is being done, nor soon after, nor counted as done when it failed', async () => {
  const deps = depsOf();
  const signal = new AbortController().signal;
  const release = Promise.withResolvers<void>();
  const slow: ScheduledJob = { name: 'slow', everyMs: 60_000, run: () => release.promise };
  const first = runScheduled(deps, slow, signal);
  await sleep(100);
  expect(await runScheduled(deps, slow, signal)).toBe('elsewhere');
  release.resolve();
  expect(await first).toBe('done');
  expect(await runScheduled(deps, slow, signal)).toBe('lately');

  const failing: ScheduledJob = {
    name: 'failing',
    everyMs: 60_000,
    run: () => Promise.reject(new Error('no')),
  };
  await expect(runScheduled(deps, failing, signal)).rejects.toThrow('no');
  expect(await runScheduled(deps, { ...failing, run: async () => {} }, signal)).toBe('done');
  const text = await deps.metrics.text();
  expect(text).toContain('scheduled_job_runs_total{job="slow",result="done"} 1');
  expect(text).toContain('scheduled_job_runs_total{job="failing",result="failed"} 1');
});
