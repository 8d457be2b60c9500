import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { createTestDatabase } from '../support/database.ts';

test('a worker whose database is gone asks again twice a second, not without pause', async () => {
  const database = await createTestDatabase();
  const backend = createQueueBackend(loadConfig({ DATABASE_URL: database.url }), () => {});
  let errors = 0;
  const worker = backend.work('nothing', async () => {}, { concurrency: 1, onError: () => void errors++ });
  await sleep(500);
  // It is dropped with the worker's connections, of which drop() complains.
  await database.drop().catch(() => {});
  await sleep(1_700);
  expect(errors).toBeGreaterThan(0);
  // The loop, and what BullMQ does beside it: listening, looking for stalled jobs.
  expect(errors).toBeLessThan(16);
  await Promise.race([worker.close(), sleep(3_000)]);
  await backend.close();
}, 20_000);
