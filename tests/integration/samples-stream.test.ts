import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ingestSamples } from '../../src/shadow/samples/ingest-samples.ts';
import { UploadSlots } from '../../src/shadow/samples/upload-slots.ts';
import { createTestDatabase } from '../support/database.ts';
import { rowCounts, samplesApp, storedSamples } from './samples-harness.ts';
import { traffic } from './samples-traffic.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.ownerPool.query('TRUNCATE shadow.datasets CASCADE');
});

const nothing = { uploads: 0, chunks: 0, visible: 0 };

async function* asynchronous(pieces: Iterable<Buffer>): AsyncGenerator<Buffer> {
  yield* pieces;
}

const options = { tenantId: '*', dataset: 'default', format: 'ndjson' } as const;

async function withServer(work: (port: number) => Promise<void>): Promise<void> {
  const server = createServer(getRequestListener(samplesApp(database.appPool).fetch));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function openUpload(port: number, headers: Record<string, string | number> = {}) {
  return httpRequest({
    port,
    method: 'POST',
    path: '/samples',
    headers: { 'content-type': 'application/x-ndjson', ...headers },
  });
}

async function openTransactions(): Promise<number> {
  const { rows } = await database.ownerPool.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'`,
  );
  return rows[0]!.count;
}

test('a client that disconnects in the middle leaves nothing, and the connection is free again', async () => {
  await withServer(async (port) => {
    const client = openUpload(port);
    client.on('error', () => {});
    for (const piece of traffic(60_000)) if (!client.write(piece)) await once(client, 'drain');
    await expect.poll(openTransactions, { timeout: 10_000 }).toBe(1);
    client.destroy();
    await expect.poll(openTransactions, { timeout: 10_000 }).toBe(0);
    expect(await rowCounts(database.appPool)).toEqual(nothing);

    const again = openUpload(port);
    const answered = once(again, 'response');
    again.end('{"is_attack":true}\n');
    const [response] = await answered;
    expect(response.statusCode).toBe(200);
    response.resume();
  });
});

test('a body shorter than its Content-Length leaves nothing', async () => {
  await withServer(async (port) => {
    const client = openUpload(port, { 'content-length': 1000 });
    client.on('error', () => {});
    client.write('{"is_attack":true}\n');
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await rowCounts(database.appPool)).toEqual(nothing);
  });
});

test('a refusal reaches a client that is still sending', async () => {
  await withServer(async (port) => {
    const client = openUpload(port, { 'content-type': 'text/csv' });
    const answered = once(client, 'response');
    client.write('id,payload\n');
    client.write('1,x\n');
    const [response] = await answered;
    expect(response.statusCode).toBe(400);
    client.on('error', () => {});
    client.destroy();
  });
});

test('nothing of an upload is seen before it is whole, and its chunks then follow without a gap', async () => {
  const pieces = [...traffic(20_000)];
  let counted = null;
  async function* watched() {
    for (const [i, piece] of pieces.entries()) {
      if (i === pieces.length - 1) counted = await rowCounts(database.appPool);
      yield piece;
    }
  }
  await ingestSamples(watched(), options, { pool: database.appPool, clock: () => 1 });
  expect(counted).toEqual(nothing);
  const samples = await storedSamples(database.appPool, '*', 'default');
  expect(samples.map(({ id }) => id)).toEqual(Array.from({ length: 20_000 }, (_, i) => `x-${i}`));
  expect(samples.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
});

test('uploads to one dataset do not wait for each other, not even the first ones', async () => {
  const halfway = Promise.withResolvers<void>();
  async function* slow() {
    yield* traffic(20_000, 'slow');
    await halfway.promise;
    yield Buffer.from('{"id":"slow-last","is_attack":false}\n');
  }
  const deps = { pool: database.appPool, clock: () => 1 };
  const first = ingestSamples(slow(), options, deps);
  await expect.poll(openTransactions, { timeout: 10_000 }).toBe(1);
  const second = await ingestSamples(asynchronous(traffic(9_000, 'quick')), options, deps);
  expect(second.stored).toBe(9_000);
  expect(await storedSamples(database.appPool, '*', 'default')).toHaveLength(9_000);
  halfway.resolve();
  await first;
  const samples = await storedSamples(database.appPool, '*', 'default');
  expect(samples).toHaveLength(29_001);
  expect(samples[0]!.id).toBe('quick-0');
  expect(samples.at(-1)).toMatchObject({ id: 'slow-last', ordinal: 29_000 });
});

test('many uploads at once all arrive, each under its own version', async () => {
  const deps = { pool: database.appPool, clock: () => 1, slots: new UploadSlots(2) };
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, i) => ingestSamples(asynchronous(traffic(500, `u${i}`)), options, deps)),
  );
  expect(results.map(({ stored }) => stored)).toEqual(Array(12).fill(500));
  const { rows } = await database.appPool.query<{ version: number; first_ordinal: number }>(
    'SELECT version::int, first_ordinal::int FROM shadow.uploads ORDER BY version',
  );
  expect(rows).toEqual(Array.from({ length: 12 }, (_, i) => ({ version: i + 1, first_ordinal: 500 * i })));
});

test('a dataset deleted under an upload is a 409, and nothing of the upload stays', async () => {
  await ingestSamples(asynchronous(traffic(10)), options, { pool: database.appPool, clock: () => 1 });
  async function* interrupted() {
    yield* traffic(20_000);
    await database.ownerPool.query('DELETE FROM shadow.datasets');
    yield Buffer.from('{"is_attack":true}\n');
  }
  await expect(
    ingestSamples(interrupted(), options, { pool: database.appPool, clock: () => 1 }),
  ).rejects.toMatchObject({ status: 409, code: 'dataset_deleted' });
  expect(await rowCounts(database.appPool)).toEqual(nothing);
});

test('a database that refuses the chunks fails the upload and gives the connection back', async () => {
  await database.ownerPool.query('REVOKE INSERT ON shadow.sample_chunks FROM assay_app');
  try {
    const attempt = ingestSamples(asynchronous(traffic(30_000)), options, {
      pool: database.appPool,
      clock: () => 1,
    });
    await expect(attempt).rejects.toThrow(/permission denied/);
    await expect.poll(openTransactions, { timeout: 10_000 }).toBe(0);
  } finally {
    await database.ownerPool.query('GRANT INSERT ON shadow.sample_chunks TO assay_app');
  }
  const { stored } = await ingestSamples(asynchronous(traffic(10)), options, {
    pool: database.appPool,
    clock: () => 1,
  });
  expect(stored).toBe(10);
});

test('a database connection that dies in the middle fails the upload and nothing else', async () => {
  async function* interrupted() {
    yield* traffic(20_000);
    await database.ownerPool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%'",
    );
    yield* traffic(20_000);
  }
  const deps = { pool: database.appPool, clock: () => 1 };
  await expect(ingestSamples(interrupted(), options, deps)).rejects.toThrow();
  expect(await rowCounts(database.appPool)).toEqual(nothing);
  expect(await ingestSamples(asynchronous(traffic(10)), options, deps)).toMatchObject({ stored: 10 });
});

test('memory stays flat while 200 MB go through', async () => {
  // In a process of its own: a test runner's heap grows for reasons of its own.
  const script = fileURLToPath(new URL('./samples-memory.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, database.url]);
  const { small, large } = JSON.parse(stdout) as Record<
    'small' | 'large',
    { bytes: number; peakRssBytes: number }
  >;
  expect(large.bytes).toBeGreaterThan(200e6);
  expect((large.peakRssBytes - small.peakRssBytes) / 1e6).toBeLessThan(60);
}, 120_000);
