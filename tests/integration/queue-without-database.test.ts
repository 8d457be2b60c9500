import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
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
  // The loop, and what BullMQ does beside it: listening, looking for stalled jobs. Five were seen; 16 where connecting fails at once.
  expect(errors).toBeLessThan(12);
  await Promise.race([worker.close(), sleep(3_000)]);
  await backend.close();
}, 20_000);

test('a worker that started before its database works once the database is there', async () => {
  const database = await createTestDatabase();
  const url = new URL(database.url);
  let isThere = false;
  const way = createServer((near) => {
    if (!isThere) return near.destroy();
    const far = connect(Number(new URL(database.url).port), url.hostname);
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => other.destroy());
    }
    return near;
  });
  await once(way.listen(0, '127.0.0.1'), 'listening');
  url.port = String((way.address() as AddressInfo).port);
  let errors = 0;
  const worked = Promise.withResolvers<void>();
  const backend = createQueueBackend(loadConfig({ DATABASE_URL: url.href }), () => {});
  const worker = backend.work('late', async () => worked.resolve(), {
    concurrency: 1,
    onError: () => void errors++,
  });
  await sleep(1_700);
  expect(errors).toBeGreaterThan(0);
  expect(errors).toBeLessThan(16);
  isThere = true;
  const queue = backend.queue('late');
  await queue.add('once', {}, { jobId: 'once' });
  await worked.promise;
  await worker.close();
  await queue.close();
  await backend.close();
  way.close();
  await database.drop();
}, 30_000);
