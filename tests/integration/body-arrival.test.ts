import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, serveHttp } from '../../src/api/server.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

// However the bytes of a body come in, it is read whole, and the connection takes its next request.

let api: TestApi;
let server: RunningServer;
let socket: Socket;
beforeAll(async () => {
  api = await createTestApi();
  server = await serveHttp(api.app.fetch, { host: '127.0.0.1', port: 0, requestTimeoutMs: 10_000 });
  socket = connect(server.port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
});
afterAll(async () => {
  socket.destroy();
  await server.stop(AbortSignal.timeout(1_000));
  await api.close();
});

const body = '{"tenant_id":"nobody","amount":1}';
const consume = '/credits/consume';
/** What a body that was read whole is answered: the tenant was never topped up. */
const readWhole = [404, 'not_found'];

function head(extra: string): string {
  return (
    `POST ${consume} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${testAdminKey}\r\n` +
    `Content-Type: application/json\r\n${extra}\r\n\r\n`
  );
}

const withLength = head(`Content-Length: ${body.length}`);

/** Sends the pieces one by one. @returns status and code of the answer. */
async function send(...pieces: string[]): Promise<unknown[]> {
  let text = '';
  const listen = (chunk: Buffer) => {
    text += chunk.toString();
  };
  socket.on('data', listen);
  for (const piece of pieces) {
    socket.write(piece);
    await sleep(20);
  }
  while (!text.endsWith('}')) await sleep(5);
  socket.off('data', listen);
  const answer = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
  return [answer.status, answer.code];
}

test('in the packet of the headers, again and again on one connection', async () => {
  for (let time = 0; time < 3; time++) expect(await send(withLength + body)).toEqual(readWhole);
});

test('in packets of its own', async () => {
  expect(await send(withLength, body)).toEqual(readWhole);
  expect(await send(withLength + body.slice(0, 5), body.slice(5, 9), body.slice(9))).toEqual(readWhole);
});

test('in chunks', async () => {
  const chunked = head('Transfer-Encoding: chunked');
  const chunks = `5\r\n${body.slice(0, 5)}\r\n${(body.length - 5).toString(16)}\r\n${body.slice(5)}\r\n0\r\n\r\n`;
  expect(await send(chunked + chunks)).toEqual(readWhole);
  expect(await send(chunked, chunks.slice(0, 8), chunks.slice(8))).toEqual(readWhole);
});

test('followed at once by the next request', async () => {
  const answers: string[] = [];
  const listen = (chunk: Buffer) => answers.push(...(chunk.toString().match(/HTTP\/1\.1 \d+/g) ?? []));
  socket.on('data', listen);
  socket.write((withLength + body).repeat(3));
  while (answers.length < 3) await sleep(5);
  socket.off('data', listen);
  expect(answers).toEqual(Array(3).fill('HTTP/1.1 404'));
});

test('larger than a packet', async () => {
  const long = `{"tenant_id":"nobody","amount":1,"description":"${'x'.repeat(200_000)}"}`;
  const [status, code] = await send(head(`Content-Length: ${long.length}`) + long);
  expect([status, code]).toEqual([400, 'invalid_request']);
  expect(await send(withLength + body)).toEqual(readWhole);
});

test('not at all: its absence is named, and a type that is not JSON refused', async () => {
  const answer = await api.send('POST', consume, { key: testAdminKey });
  expect([answer.status, answer.body.errors]).toEqual([
    400,
    [{ location: 'body.amount', message: 'is missing, expected number' }],
  ]);
  const headers = { 'content-type': 'application/merge-patch+json' };
  expect((await api.send('POST', consume, { key: testAdminKey, body, headers })).status).toBe(415);
});
