import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findCheckpoint } from '../../src/audit/checkpoints/find-checkpoint.ts';
import { insertEvents } from '../../src/audit/events/insert-events.ts';
import { spendEvent } from '../../src/audit/test-support/events.ts';
import { verifyLog } from '../../src/audit/verify/verify-log.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createLifecycle, type Lifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics, type Metrics } from '../../src/platform/metrics/metrics.ts';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { createAuditFlushProducer } from '../../src/queue/jobs/audit-flush.ts';
import { startAudit } from '../../src/queue/start-audit.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { redisUrl } from '../support/redis.ts';

let database: TestDatabase;
let folder: string;
const running: Lifecycle[] = [];
const logged: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-flush-'));
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((lifecycle) => lifecycle.stop('the test is over')));
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

/** The audit part of a worker process. */
function startWorkerPart(env: Record<string, string>) {
  const config = loadConfig({
    DATABASE_URL: database.url,
    AUDIT_HMAC_KEY: 'test-hmac-key',
    AUDIT_CHECKPOINT_PATH: join(folder, 'checkpoint'),
    REDIS_KEY_PREFIX: 'audit-flush-test',
    ...env,
  });
  const log = createLogger({ logLevel: 'info' }, 'worker', { write: (line) => void logged.push(line) });
  const lifecycle = createLifecycle({ log, graceMs: 2_000 });
  const metrics = createMetrics();
  const backend = createQueueBackend(config, () => {});
  const producer = createAuditFlushProducer(backend);
  startAudit(config, { log, metrics, lifecycle, backend });
  lifecycle.onStop({ name: 'producer', phase: 'flush', run: () => producer.close() });
  lifecycle.onStop({ name: 'queue connections', phase: 'close', run: () => backend.close() });
  running.push(lifecycle);
  return { producer, metrics };
}

let sent = 0;
async function send(count: number): Promise<void> {
  const events = Array.from({ length: count }, () => spendEvent(sent++));
  for (let at = 0; at < count; at += 1_000)
    await insertEvents(database.appPool, events.slice(at, at + 1_000));
}

async function until(holds: () => Promise<boolean>, ms = 15_000): Promise<number> {
  const started = performance.now();
  while (!(await holds())) {
    if (performance.now() - started > ms) throw new Error(`did not happen within ${ms} ms`);
    await sleep(10);
  }
  return performance.now() - started;
}

const signed = async () => (await findCheckpoint(database.appPool))?.size ?? 0;
const metricOf = async (metrics: Metrics, name: string) =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(await metrics.text())![1]);

const stores = [
  { store: 'PostgreSQL', url: undefined, skip: false },
  { store: 'Redis', url: redisUrl(), skip: redisUrl() === undefined },
];
for (const { store, url, skip } of stores) {
  describe.skipIf(skip)(`with jobs on ${store}`, () => {
    const env: Record<string, string> = url === undefined ? {} : { REDIS_URL: url };

    test('a lone event is sequenced and signed soon, by the poll alone', async () => {
      const { metrics } = startWorkerPart(env);
      await until(async () => (await findCheckpoint(database.appPool)) !== null);
      await send(1);
      await until(async () => (await signed()) === sent, 5_000);
      expect(await metricOf(metrics, 'audit_log_entries_total')).toBe(1);
      expect(await readFile(join(folder, 'checkpoint'), 'utf8')).toContain(`\n${sent}\n`);
    });

    test('several workers, many jobs and a flood: every event once', async () => {
      const parts = [startWorkerPart(env), startWorkerPart(env), startWorkerPart(env)];
      const flood = send(12_000);
      for (let n = 0; n < 40; n++) await parts[n % 3]!.producer.enqueue();
      if (url !== undefined) {
        const redis = new Redis(url);
        await redis.flushall().finally(() => redis.disconnect());
      }
      await flood;
      await until(async () => (await signed()) === sent, 60_000);
      const counts = await Promise.all(
        parts.map(({ metrics }) => metricOf(metrics, 'audit_log_entries_total')),
      );
      expect(counts.reduce((a, b) => a + b)).toBe(12_000);
      const hmacKey = Buffer.from('test-hmac-key');
      expect(await verifyLog(database.appPool, { hmacKey })).toMatchObject({ valid: true, checked: sent });
      const { rows } = await database.ownerPool.query(
        `SELECT count(DISTINCT convert_from(leaf, 'UTF8')::jsonb #>> '{event,event_id}') AS events FROM audit.entries`,
      );
      expect(rows).toEqual([{ events: sent }]);
    }, 120_000);
  });
}

test('a log that was set back is not signed any more, and goes on being written', async () => {
  const { metrics } = startWorkerPart({});
  await send(3);
  await until(async () => (await signed()) === sent);
  const before = await signed();
  // An older copy of every table, but for the file that the newest checkpoint was written to.
  await database.ownerPool.query(`
    DELETE FROM audit.checkpoints WHERE size = ${before};
    UPDATE audit.nodes SET hashes = sha256(hashes) WHERE level = 0 AND node_count = 1;
    UPDATE audit.head SET peaks = overlay(peaks PLACING sha256(peaks) FROM octet_length(peaks) - 31)`);
  await send(1);
  await until(async () => (await metricOf(metrics, 'credits_audit_chain_integrity_errors')) > 0);
  expect(await signed()).toBeLessThan(before);
  const { rows } = await database.ownerPool.query('SELECT size FROM audit.head');
  expect(rows).toEqual([{ size: sent }]);
  expect(logged.some((line) => line.includes('the audit log was changed'))).toBe(true);
});

test('a worker without the key leaves the log to others', () => {
  startWorkerPart({ AUDIT_HMAC_KEY: '' });
  expect(logged.at(-1)).toContain('does not sequence');
});
