import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createLifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { startSchedules } from '../../src/queue/start-schedules.ts';
import { createTestDatabase } from '../support/database.ts';
import { createTestLedger, tell, topup } from '../support/ledger.ts';

const database = await createTestDatabase();
afterAll(() => database.drop());

test('a worker that starts does every job, tells the metrics, and ends in order', async () => {
  const config = loadConfig({ DATABASE_URL: database.url });
  const logged: string[] = [];
  const log = createLogger({ logLevel: 'info' }, 'worker', { write: (line) => void logged.push(line) });
  const metrics = createMetrics();
  const lifecycle = createLifecycle({ log, graceMs: 5_000 });
  const ledger = createTestLedger(database.appPool);
  await tell(ledger, topup('acme', 5));
  const backend = createQueueBackend(config, () => {});
  lifecycle.onStop({ name: 'queue', phase: 'close', run: () => backend.close() });
  lifecycle.onStop({ name: 'ledger', phase: 'flush', run: () => ledger.close() });
  startSchedules(config, { log, metrics, lifecycle, backend, ledger });
  try {
    const jobs = new Set<string>();
    const done = async () => {
      const { rows } = await database.ownerPool.query('SELECT job FROM assay.scheduled_jobs ORDER BY job');
      return rows.map((row) => row.job as string);
    };
    const deadline = Date.now() + 30_000;
    const expected = [
      'credits-alerts',
      'credits-expiries',
      'credits-partitions',
      'credits-reconcile',
      'credits-summaries',
      'credits-webhooks',
    ];
    while (!expected.every((job) => jobs.has(job)) && Date.now() < deadline) {
      await sleep(50);
      for (const job of await done()) jobs.add(job);
    }
    expect([...jobs]).toEqual(expect.arrayContaining(expected));
    const text = await metrics.text();
    expect(text).toContain('credits_negative_balance_count 0');
    expect(text).toContain('credits_conservation_error 0');
    expect(text).toContain('credits_partitions_ahead{table="transfers"} 2');
    expect(text).toContain('scheduled_job_runs_total{job="credits-reconcile",result="done"} 1');
    expect(text).not.toContain('result="failed"');
  } finally {
    expect(await lifecycle.stop('the test is over')).toBe(0);
  }
  expect(logged.filter((line) => line.includes('"level":"warn"'))).toEqual([]);
});
