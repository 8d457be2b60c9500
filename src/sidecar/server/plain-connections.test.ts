import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { seeded } from '../../../tests/support/seeded.ts';
import { type PlainConnections, takePlainConnections } from './plain-connections.ts';
import type { Reply } from './reply.ts';

// Every request of a connection is answered once and in order, whatever waits and whoever goes away. Targets say what is to
// become of a request: /authz/now/7 is answered at once, /authz/soon/7 when the test says so, both with 7.

const seed = Number(process.env.ASSAY_TEST_SEED ?? 1);
const directory = mkdtempSync(join(tmpdir(), 'assay-connections-'));
const textOf = (n: string | undefined) => `{"n":${n}}`;
const get = (when: string, n: number, more = '') =>
  `GET /authz/${when}/${n} HTTP/1.1\r\nHost: pod\r\n${more}\r\n`;

interface Stage {
  server: Server;
  connections: PlainConnections;
  path: string;
  /** Requests that wait for their answers. */
  waiting: { n: string | undefined; reply: Reply }[];
  plain: number;
}

const stages: Stage[] = [];

async function start(times: { firstMs?: number; keepAliveMs?: number } = {}): Promise<Stage> {
  const { firstMs = 10_000, keepAliveMs = 75_000 } = times;
  const server = createServer(
    { headersTimeout: firstMs, requestTimeout: firstMs, keepAliveTimeout: keepAliveMs },
    ({ url = '' }, response) => {
      const body = textOf(url.split('/')[3]);
      response.writeHead(200, { 'Content-Length': body.length }).end(body);
    },
  );
  const stage: Stage = {
    server,
    path: join(directory, `socket-${stages.length}`),
    waiting: [],
    plain: 0,
    connections: takePlainConnections(server, ({ target }, _, reply) => {
      stage.plain++;
      const [, , when, n] = target.split('/');
      if (when === 'soon') stage.waiting.push({ n, reply });
      else reply.send(200, textOf(n), 'application/json');
      return true;
    }),
  };
  server.listen(stage.path);
  await once(server, 'listening');
  stages.push(stage);
  return stage;
}

afterEach(async () => {
  const stage = stages.at(-1)!;
  stage.connections.closeAll();
  stage.server.closeAllConnections();
  if (stage.server.listening) await new Promise((closed) => stage.server.close(closed));
});

afterAll(() => rmSync(directory, { recursive: true }));

interface Client {
  socket: Socket;
  /** The numbers answered so far. */
  answered(): number[];
}

async function client({ path }: Stage): Promise<Client> {
  const socket = connect({ path, allowHalfOpen: true });
  let text = '';
  socket.on('data', (bytes) => {
    text += bytes.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, answered: () => [...text.matchAll(/\{"n":(\d+)\}/g)].map(([, n]) => Number(n)) };
}

function answerNext({ waiting }: Stage): void {
  const { n, reply } = waiting.shift()!;
  reply.send(200, textOf(n), 'application/json');
}

async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

test('answers come in the order of the requests, however these are cut and whatever waits', async () => {
  const random = seeded(seed);
  const stage = await start();
  let left = 0;
  for (let run = 0; run < 300; run++) {
    const { socket, answered } = await client(stage);
    const count = 2 + Math.floor(random() * 8);
    // In some runs one is for node:http, and all that follow with it.
    const notPlainAt = random() < 0.3 ? Math.floor(random() * count) : count;
    for (let n = 0; n < count; n++) {
      const when = random() < 0.5 || n >= notPlainAt ? 'now' : 'soon';
      const request = get(when, n, n === notPlainAt ? 'TE: trailers\r\nConnection: TE\r\n' : '');
      const at = random() < 0.1 && n >= notPlainAt ? Math.floor(random() * request.length) : request.length;
      socket.write(request.slice(0, at));
      if (at < request.length) await turns(2);
      socket.write(request.slice(at));
      await turns(Math.floor(random() * 4));
      if (random() < 0.4 && stage.waiting.length > 0) answerNext(stage);
    }
    const all = Array.from({ length: count }, (_, n) => n);
    for (let tries = 0; answered().length < count && tries < 1_000; tries++) {
      if (stage.waiting.length > 0) answerNext(stage);
      await turns(1);
    }
    expect(answered(), `seed ${seed}, run ${run}`).toEqual(all);
    if (notPlainAt < count) left++;
    socket.destroy();
  }
  expect(left).toBeGreaterThan(30);
  expect(stage.plain).toBeGreaterThan(300);
}, 60_000);

test('a client that says no more is answered all it asked, then the connection ends', async () => {
  const stage = await start();
  const { socket, answered } = await client(stage);
  const closed = once(socket, 'close');
  socket.on('end', () => socket.end());
  for (const request of [get('soon', 1), get('now', 2), get('soon', 3)]) {
    socket.write(request);
    await turns(3);
  }
  socket.end();
  await turns(5);
  answerNext(stage);
  await expect.poll(() => stage.waiting.length).toBe(1);
  await turns(5);
  expect(answered()).toEqual([1, 2]);
  answerNext(stage);
  await closed;
  expect(answered()).toEqual([1, 2, 3]);
});

test('what is asked while another request waits is not read before its turn', async () => {
  const stage = await start();
  const { socket, answered } = await client(stage);
  socket.write(get('soon', 1));
  await expect.poll(() => stage.waiting.length).toBe(1);
  socket.write(get('now', 2));
  await turns(20);
  expect([stage.plain, answered()]).toEqual([1, []]);
  answerNext(stage);
  await expect.poll(answered).toEqual([1, 2]);
});

test('a client that goes away while its request waits harms nobody', async () => {
  const stage = await start();
  const [gone, stays] = [await client(stage), await client(stage)];
  gone.socket.write(get('soon', 1));
  stays.socket.write(get('soon', 2));
  await expect.poll(() => stage.waiting.length).toBe(2);
  gone.socket.destroy();
  await turns(10);
  answerNext(stage);
  answerNext(stage);
  await expect.poll(stays.answered).toEqual([2]);
});

test('whoever does not read its answers is not read from, and is cut when nothing moves any more', async () => {
  const stage = await start({ keepAliveMs: 500 });
  const { socket } = await client(stage);
  socket.pause();
  // One at a time, or what is read at once is more than one and so node:http's.
  for (let n = 0; n < 10_000; n++) {
    socket.write(get('now', n));
    await turns(2);
  }
  // As much as fits the buffers of the kernel and ours: some 1,500 answers.
  expect(stage.plain).toBeGreaterThan(100);
  expect(stage.plain).toBeLessThan(5_000);
  await expect.poll(() => countOf(stage.server), { timeout: 5_000 }).toBe(0);
  socket.destroy();
}, 20_000);

test('closing idle connections leaves those with an answer to come', async () => {
  const stage = await start();
  const [idle, waits] = [await client(stage), await client(stage)];
  waits.socket.write(get('soon', 1));
  await expect.poll(() => stage.waiting.length).toBe(1);
  stage.connections.closeIdle();
  await once(idle.socket, 'end');
  answerNext(stage);
  stage.connections.closeIdle(); // its answer is not written yet
  await expect.poll(waits.answered).toEqual([1]);
  stage.connections.closeIdle();
  await once(waits.socket, 'end');
});

test('closing idle connections leaves those whose answers the kernel has no room for', async () => {
  const stage = await start();
  const { socket, answered } = await client(stage);
  socket.pause();
  const count = 4_000;
  for (let n = 0; n < count; n++) {
    socket.write(get('now', n));
    await turns(2);
  }
  expect(stage.plain).toBeLessThan(count);
  stage.connections.closeIdle();
  socket.resume();
  await expect.poll(() => answered().length, { timeout: 5_000 }).toBe(count);
}, 20_000);

test('a connection that says nothing is closed, sooner before its first request', async () => {
  const stage = await start({ firstMs: 50, keepAliveMs: 75_000 });
  const [silent, asks] = [await client(stage), await client(stage)];
  asks.socket.write(get('now', 1));
  await once(silent.socket, 'end');
  asks.socket.write(get('now', 2));
  await expect.poll(asks.answered).toEqual([1, 2]);
});

function countOf(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
}
