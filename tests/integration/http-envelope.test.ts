import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const evaluate = '/shadow/evaluate';
const rule = { type: 'signature', pattern: 'x' };

describe('problem documents', () => {
  test('have every member that the contract names', async () => {
    const { status, headers, body } = await api.send('POST', evaluate, {
      key: testAdminKey,
      body: { rule_id: 1 },
    });
    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(body).toMatchObject({
      type: 'urn:assay:error:invalid_request',
      title: 'Invalid request',
      status: 400,
      code: 'invalid_request',
      success: false,
      error: 'Invalid request',
      request_id: headers.get('x-request-id'),
    });
    expect(body.errors.map((fault: { location: string }) => fault.location)).toContain('body.rule_id');
  });

  test('name unknown fields', async () => {
    const body = { rule_id: 'r', rule_config: { type: 'signature', pattern: 'x' }, colour: 'red' };
    const answer = await api.send('POST', evaluate, { key: testAdminKey, body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toContainEqual({ location: 'body.colour', message: 'unknown field' });
  });

  test.each([
    ['a field that is missing', { rule_config: rule }, 'body.rule_id', 'is missing, expected string'],
    [
      'a window of a wrong type',
      { rule_id: 'r', rule_config: rule, time_window: 24 },
      'body.time_window',
      'expected string or object',
    ],
    [
      'a window whose start is no time',
      { rule_id: 'r', rule_config: rule, time_window: { from: 'x' } },
      'body.time_window.from',
      'RFC 3339',
    ],
    [
      'a tenant that is none',
      { rule_id: 'r', rule_config: rule, tenant_id: 'a b' },
      'body.tenant_id',
      'letters',
    ],
  ])('say of %s where it is and what was expected', async (_, body, location, message) => {
    const answer = await api.send('POST', evaluate, { key: testAdminKey, body });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ location, message: expect.stringContaining(message) }]);
  });

  test('refuse __proto__ wherever it stands', async () => {
    const raw = '{"rule_id":"r","rule_config":{"type":"signature","pattern":"x"},"__proto__":{"admin":true}}';
    const answer = await api.send('POST', evaluate, { key: testAdminKey, body: raw });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ location: 'body.__proto__', message: 'unknown field' }]);
  });

  test('404 for a path that does not exist, with and without a key', async () => {
    expect((await api.send('GET', '/nowhere')).body.code).toBe('not_found');
    expect((await api.send('GET', '/nowhere', { key: testAdminKey })).status).toBe(404);
  });

  test('405 with Allow for a method that does not', async () => {
    const answer = await api.send('DELETE', evaluate, { key: testAdminKey });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('415 for a content type that the path does not take', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await api.send('POST', evaluate, { key: testAdminKey, body: '{}', headers });
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
    expect(answer.body.detail).toContain('application/json');
  });

  test('a text that cannot be stored is the caller’s fault, not ours', async () => {
    const answer = await api.send('GET', '/shadow/rules/a%00b', { key: testAdminKey });
    expect(answer.status).toBeLessThan(500);
  });
});

describe('bodies', () => {
  const tooLong = 'x'.repeat(1_048_577);

  test('over the limit are refused by their declared length', async () => {
    const headers = { 'content-length': String(tooLong.length) };
    const answer = await api.send('POST', evaluate, { key: testAdminKey, body: tooLong, headers });
    expect([answer.status, answer.body.code]).toEqual([413, 'body_too_large']);
  });

  test('over the limit are refused when they come in chunks', async () => {
    const chunks = new Blob([tooLong]).stream();
    const response = await api.app.request(evaluate, {
      method: 'POST',
      headers: { authorization: `Bearer ${testAdminKey}`, 'content-type': 'application/json' },
      body: chunks,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  test('that are no JSON, no UTF-8 or nothing are refused', async () => {
    for (const body of ['{"a":', new Uint8Array([0x22, 0xff, 0x22]), '', '[]', 'null']) {
      const answer = await api.send('POST', evaluate, { key: testAdminKey, body });
      expect([answer.status, answer.body.code], JSON.stringify(body)).toEqual([400, 'invalid_request']);
    }
  });
});

describe('request ids', () => {
  test('are taken from the caller when they are sane', async () => {
    const answer = await api.send('GET', '/health', { headers: { 'x-request-id': 'trace-1.a:b' } });
    expect(answer.headers.get('x-request-id')).toBe('trace-1.a:b');
  });

  test.each(['', 'a b', '{"x":1}', 'x'.repeat(129)])('are ours instead of %j', async (given) => {
    const answer = await api.send('GET', '/health', { headers: { 'x-request-id': given } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  });
});

describe('operation', () => {
  test('/health and /ready answer without a key', async () => {
    expect((await api.send('GET', '/health')).body).toEqual({ status: 'ok' });
    const ready = await api.send('GET', '/ready');
    expect([ready.status, ready.body.status]).toEqual([200, 'ready']);
    expect(Object.keys(ready.body.checks).toSorted()).toEqual(['database', 'migrations', 'queue']);
  });

  test('/metrics counts by route pattern, never by path', async () => {
    await api.send('GET', '/shadow/results/11111111-1111-7111-8111-111111111111', { key: testAdminKey });
    await api.send('GET', '/some/unknown/path');
    const { text } = await api.send('GET', '/metrics');
    expect(text).toContain('http_requests_total{method="GET",route="/shadow/results/:eval_id",status="404"}');
    expect(text).toContain('route="unmatched"');
    expect(text).not.toContain('unknown/path');
    expect(text).not.toContain('11111111');
    expect(text).toContain('database_pool_connections{pool="api",state="idle"}');
  });

  test('/docs is served from here alone', async () => {
    const page = await api.send('GET', '/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(path).toMatch(/^\/docs\//);
      expect((await api.send('GET', path!)).status, path).toBe(200);
    }
  });

  test('logs hold neither keys nor queries nor bodies', async () => {
    const key = await api.key({ scopes: ['shadow:read'] });
    await api.send('POST', `${evaluate}?token=query-secret`, { key, body: { rule_id: 'body-secret' } });
    expect(api.logged.length).toBeGreaterThan(0);
    for (const secret of [key, testAdminKey, 'query-secret', 'body-secret']) {
      expect(api.logged.join('\n')).not.toContain(secret);
    }
  });
});
