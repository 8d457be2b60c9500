import { OpenAPIHono } from '@hono/zod-openapi';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ApiDeps, AppEnv } from '../../src/api/context.ts';
import { readRule } from '../../src/api/routes/rules/read-rule.ts';
import { storeRule } from '../../src/api/routes/rules/store-rule.ts';
import { isAssayError } from '../../src/platform/errors.ts';
import type { AuthenticatedKey, Scope } from '../../src/platform/keys/scopes.ts';
import { findRuleVersion } from '../../src/shadow/rule-versions/find-rule-version.ts';
import { storeRuleVersion } from '../../src/shadow/rule-versions/store-rule-version.ts';
import { ruleHash } from '../../src/shadow/rules/canonical.ts';
import { parseRuleConfig } from '../../src/shadow/rules/parse-rule-config.ts';
import { createTestDatabase } from '../support/database.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const signature = (pattern: string) => parseRuleConfig('signature', { pattern });
const store = (ruleId: string, pattern: string, tenantId = 'default') =>
  storeRuleVersion(database.appPool, { tenantId, ruleId, ruleName: ruleId, config: signature(pattern) });

test('the same rule keeps its version, another one is the next', async () => {
  expect(await store('sqli', 'a')).toEqual({
    rule_id: 'sqli',
    version: 1,
    rule_hash: ruleHash(signature('a')),
  });
  expect((await store('sqli', 'b')).version).toBe(2);
  expect((await store('sqli', 'a')).version).toBe(1);
  expect((await store('sqli', 'c')).version).toBe(3);
  expect((await store('sqli', 'c', 'other')).version).toBe(1);

  const find = (choice?: Parameters<typeof findRuleVersion>[3]) =>
    findRuleVersion(database.appPool, 'default', 'sqli', choice);
  expect(await find()).toMatchObject({ version: 3, rule_type: 'signature', rule_config: signature('c') });
  expect(await find({ version: 2 })).toMatchObject({ rule_hash: ruleHash(signature('b')) });
  expect(await find({ hash: ruleHash(signature('a')) })).toMatchObject({ version: 1 });
  expect(await find({ version: 4 })).toBeNull();
  expect(await findRuleVersion(database.appPool, 'default', 'nope')).toBeNull();
});

test('the stored text is the hashed text to the byte, U+0000 and all', async () => {
  const pattern = '\u0000\u2028é🦊"\\';
  const { rule_hash } = await store('odd', pattern);
  const found = await findRuleVersion(database.appPool, 'default', 'odd');
  expect(found?.rule_config).toEqual(signature(pattern));
  expect(ruleHash(found!.rule_config)).toBe(rule_hash);
});

test('versions never change: the application may not update or delete them', async () => {
  await expect(database.appPool.query(`UPDATE shadow.rule_versions SET rule_name = 'x'`)).rejects.toThrow(
    /permission/,
  );
  await expect(database.appPool.query('DELETE FROM shadow.rule_versions')).rejects.toThrow(/permission/);
});

test('writers that race: each rule once, versions without gaps', async () => {
  const patterns = Array.from({ length: 60 }, (_, k) => `p${k % 20}`);
  const stored = await Promise.all(patterns.map((pattern) => store('race', pattern)));
  const versionOf = new Map(stored.map(({ rule_hash, version }) => [rule_hash, version]));
  expect([...versionOf.values()].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, k) => k + 1));
  for (const { rule_hash, version } of stored) expect(version).toBe(versionOf.get(rule_hash));
});

/** The two routes and nothing else, with a key of our choice in place of the middleware that looks one up. */
function app(tenantId: string | null = null, scopes: Scope[] = ['shadow:read', 'shadow:write']) {
  const hono = new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => (result.success ? undefined : c.json({ detail: result.error.message }, 400)),
  });
  const key: AuthenticatedKey = {
    keyId: 't',
    name: 't',
    scopes: new Set(scopes),
    tenantId,
    requestsPerSecond: null,
  };
  hono.use(async (c, next) => {
    c.set('key', key);
    c.set('log', pino({ level: 'silent' }));
    await next();
  });
  hono.onError((error, c) => {
    if (!isAssayError(error)) throw error;
    return c.json({ code: error.code, errors: error.errors }, error.status as 400);
  });
  const parseRule: ApiDeps['parseRule'] = async (...rule) => parseRuleConfig(...rule);
  const deps = { pool: database.appPool, parseRule } as ApiDeps;
  storeRule(hono, deps);
  readRule(hono, deps);
  return hono;
}

async function post(body: string, hono = app()) {
  const headers = { 'content-type': 'application/json' };
  const response = await hono.request('/shadow/rules', { method: 'POST', headers, body });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test('POST stores and GET reads, by number and by hash too', async () => {
  const rule = {
    rule_id: 'web/1',
    rule_name: 'Web',
    rule_type: 'signature',
    rule_config: { pattern: "' OR '1'='1" },
  };
  const stored = await post(JSON.stringify(rule));
  expect(stored).toEqual({
    status: 200,
    body: { rule_id: 'web/1', version: 1, rule_hash: ruleHash(signature("' OR '1'='1")) },
  });
  const path = '/shadow/rules/web%2F1';
  const read = await app().request(path);
  expect(read.status).toBe(200);
  expect(await read.json()).toMatchObject({ ...stored.body, rule_name: 'Web', rule_type: 'signature' });
  for (const query of ['version=1', `rule_hash=${stored.body.rule_hash}`]) {
    expect((await app().request(`${path}?${query}`)).status).toBe(200);
  }
  expect((await app().request(`${path}?version=2`)).status).toBe(404);
  expect((await app().request(`${path}?version=x`)).status).toBe(400);
});

test('another tenant’s rule does not exist, and scopes are asked for', async () => {
  const rule = { rule_id: 'mine', rule_name: 'mine', rule_type: 'signature', rule_config: { pattern: 'x' } };
  expect((await post(JSON.stringify(rule), app('a'))).status).toBe(200);
  expect((await app('a').request('/shadow/rules/mine')).status).toBe(200);
  expect((await app('b').request('/shadow/rules/mine')).status).toBe(404);
  expect((await app('b').request('/shadow/rules/mine?tenant_id=a')).status).toBe(404);
  expect((await app(null).request('/shadow/rules/mine?tenant_id=a')).status).toBe(200);
  expect((await post(JSON.stringify({ ...rule, tenant_id: 'a' }), app('b'))).status).toBe(404);
  expect((await post(JSON.stringify(rule), app('a', ['shadow:read']))).status).toBe(403);
  expect((await app('a', ['shadow:write']).request('/shadow/rules/mine')).status).toBe(403);
});

test('a bad rule is a 400 that says where and what is known', async () => {
  const bad = await post(
    '{"rule_id":"x","rule_name":"x","rule_type":"signature","rule_config":{"pattern":"x","__proto__":{"match":"all"}}}',
  );
  expect(bad.status).toBe(400);
  expect(bad.body).toMatchObject({
    code: 'invalid_request',
    errors: [
      {
        location: 'body.rule_config.__proto__',
        message: expect.stringContaining('unknown field "__proto__"'),
      },
    ],
  });
  const unknown = await post('{"rule_id":"x","rule_name":"x","rule_type":"waf","rule_config":{"a":1}}');
  expect(unknown.body.errors).toMatchObject([
    { message: expect.stringContaining('known types: signature, ip_list') },
  ]);
  expect((await post('{"rule_id":"x","rule_name":"x","rule_type":"signature"}')).status).toBe(400);
  expect(
    (await post('{"rule_id":"a\\u0000b","rule_type":"signature","rule_config":{"pattern":"x"}}')).status,
  ).toBe(400);
  const injected = `x'; DROP TABLE shadow.rule_versions; --`;
  const hostile = {
    rule_id: injected,
    rule_name: injected,
    rule_type: 'signature',
    rule_config: { pattern: injected },
  };
  expect((await post(JSON.stringify(hostile))).status).toBe(200);
  expect(await findRuleVersion(database.appPool, 'default', injected)).toMatchObject({ rule_name: injected });
});
