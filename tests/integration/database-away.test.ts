import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

/** The way to the database, which the test closes and opens. */
let way: Server;
let port: number;
const sockets = new Set<Socket>();
let database: TestDatabase;
let api: TestApi;

beforeAll(async () => {
  database = await createTestDatabase();
  const target = new URL(database.url);
  way = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  port = await listen(0);
  const url = new URL(database.url);
  url.host = `127.0.0.1:${port}`;
  api = await createTestApi({ DATABASE_URL: url.href }, { database });
});
afterAll(async () => {
  await api.close();
  await closeWay();
  await database.drop();
});

function listen(on: number): Promise<number> {
  return new Promise((resolve) => {
    way.listen(on, '127.0.0.1', () => resolve((way.address() as { port: number }).port));
  });
}
async function closeWay(): Promise<void> {
  const closed = new Promise((resolve) => way.close(resolve));
  for (const socket of sockets) socket.destroy();
  await closed;
}

const read = (path: string) => api.send('GET', path, { key: testAdminKey });
const breaker = async () =>
  (await read('/circuit-breaker/stats')).body.breakers.find(
    (one: { name: string }) => one.name === 'database',
  );

test('reads from a database that is away are refused at once after a few, and answered again when it is back', async () => {
  expect((await read('/credits/history?tenant_id=nobody')).status).toBe(404);
  expect(await breaker()).toMatchObject({ state: 'closed', failures_in_a_row: 0 });
  await closeWay();
  const codes: string[] = [];
  // Each goes another way to PostgreSQL: statements, transactions, caches.
  const paths = ['/credits/history', '/credits/balance/a?fresh=1', '/audit/entries', '/samples/datasets'];
  while (codes.at(-1) !== 'circuit_open' && codes.length < 40) {
    const answer = await read(paths[codes.length % paths.length]!);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    codes.push(answer.body.code);
  }
  expect(codes.filter((code) => code === 'unavailable').length).toBeGreaterThanOrEqual(10);
  expect(codes.at(-1)).toBe('circuit_open');
  const began = performance.now();
  for (const path of paths) expect((await read(path)).body.code).toBe('circuit_open');
  expect(performance.now() - began).toBeLessThan(500);
  expect(await breaker()).toMatchObject({ state: 'open' });

  await listen(port);
  await sleep(2_100);
  expect((await read('/credits/history?tenant_id=nobody')).status).toBe(404);
  expect(await breaker()).toMatchObject({ state: 'closed', times_opened: 1 });
});
