import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, serveHttp } from '../../src/api/server.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

let api: TestApi;
let server: RunningServer;
beforeAll(async () => {
  api = await createTestApi();
  server = await serveHttp(api.app.fetch, { host: '127.0.0.1', port: 0, requestTimeoutMs: 10_000 });
  const body = { tenant_id: 'acme', amount: 5 };
  await api.send('POST', '/credits/topup', { key: testAdminKey, body });
});
afterAll(async () => {
  await server.stop(AbortSignal.abort());
  await api.close();
});

const ask = (path: string, key: string = testAdminKey, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${server.port}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, connection: 'close', ...init.headers },
  });

test('a balance has all the headers of any answer, read or remembered', async () => {
  for (const _ of ['read', 'remembered']) {
    const answer = await ask('/credits/balance/acme', testAdminKey, { headers: { 'x-request-id': 'mine' } });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ tenant_id: 'acme', balance: 5 });
    const usual = await ask('/credits/history?tenant_id=acme');
    await usual.arrayBuffer();
    const names = (headers: Headers) => [...headers.keys()].sort();
    expect(names(answer.headers)).toEqual(names(usual.headers));
    expect(answer.headers.get('x-request-id')).toBe('mine');
    expect(answer.headers.get('content-type')).toBe('application/json');
  }
});

test('refusals are problem documents with the same headers', async () => {
  const limited = await api.key({ requestsPerSecond: 1 });
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask('/credits/balance/acme', limited)));
  const statuses = answers.map((answer) => answer.status);
  for (const answer of answers) {
    await answer.arrayBuffer();
    expect(answer.headers.get('ratelimit')).toMatch(/^"key";r=\d+;t=\d+$/);
    if (answer.status === 429) expect(answer.headers.get('retry-after')).toBe('1');
  }
  expect(new Set(statuses)).toEqual(new Set([200, 429]));
  const unknown = await ask('/credits/balance/nobody', testAdminKey, { headers: { 'x-request-id': 'mine' } });
  expect(unknown.headers.get('content-type')).toBe('application/problem+json');
  expect([unknown.status, unknown.headers.get('x-request-id'), await unknown.json()]).toMatchObject([
    404,
    'mine',
    { code: 'not_found', request_id: 'mine' },
  ]);
  const stranger = await ask('/credits/balance/acme', 'no-such-key');
  await stranger.arrayBuffer();
  expect([stranger.status, stranger.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="assay", error="invalid_token"',
  ]);
});

test('other methods and other paths go the usual way', async () => {
  const statusOf = async (path: string, method: string) => {
    const answer = await ask(path, testAdminKey, { method });
    await answer.arrayBuffer();
    return answer.status;
  };
  expect(await statusOf('/credits/balance/acme', 'HEAD')).toBe(200);
  expect(await statusOf('/credits/balance/acme', 'POST')).toBe(405);
  expect(await statusOf('/credits/balance/', 'GET')).toBe(404);
  expect(await statusOf('/credits/balance/acme/more', 'GET')).toBe(404);
  expect(await statusOf('/x/credits/balance/acme', 'GET')).toBe(404);
});

test('requests are counted and logged by their route', async () => {
  const { text } = await api.send('GET', '/metrics');
  const route = '/credits/balance/:tenant_id';
  expect(text).toMatch(
    new RegExp(`http_requests_total\\{method="GET",route="${route}",status="200"\\} \\d+`),
  );
  expect(text).toMatch(new RegExp(`http_requests_total\\{method="GET",route="${route}",status="404"\\} 1`));
  expect(text).toMatch(/http_requests_in_flight 1\n/);
  expect(api.logged.some((line) => line.includes(route) && line.includes('"status":404'))).toBe(true);
});
