import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyTtlMs } from '../../src/platform/keys/key-store.ts';
import { createKey, listKeys, revokeKey } from '../../src/platform/keys/manage-keys.ts';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
/** Moves the clock of the key cache. */
let aheadMs = 0;
beforeAll(async () => {
  const env = { SHADOW_API_KEY: 'shadow-bootstrap', CREDITS_API_KEY: 'credits-bootstrap' };
  api = await createTestApi(env, { clock: () => Date.now() + aheadMs });
});
afterAll(() => api.close());

const datasets = '/samples/datasets';
const status = async (key: string | undefined, headers?: Record<string, string>) =>
  (
    await api.send('GET', datasets, {
      ...(key === undefined ? {} : { key }),
      ...(headers ? { headers } : {}),
    })
  ).status;

describe('keys', () => {
  test('are stored as their SHA-256 alone', async () => {
    const key = await api.key({ name: 'secret-keeper' });
    const { rows } = await api.database.ownerPool.query('SELECT k::text AS row FROM assay.api_keys k');
    expect(rows.map((row) => row.row).join()).toContain('secret-keeper');
    expect(rows.map((row) => row.row).join()).not.toContain(key.split('_')[2]);
  });

  test('are needed, must exist, and need the scope', async () => {
    expect(await status(undefined)).toBe(401);
    expect(await status('shadow-bootstrap')).toBe(200);
    expect(await status('credits-bootstrap')).toBe(403);
    expect(await status('shadow-bootstra')).toBe(401);
    expect(await status(`assay_${'0'.repeat(12)}_${'0'.repeat(48)}`)).toBe(401);
    const key = await api.key({ scopes: ['shadow:read'] });
    expect(await status(key)).toBe(200);
    const forged = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');
    expect(await status(forged)).toBe(401);
  });

  test.each(['Basic c2hhZG93', 'Bearer', 'Bearer ', `Bearer ${'x'.repeat(1000)}`])(
    'are not %s',
    async (header) => {
      const answer = await api.send('GET', datasets, { headers: { authorization: header } });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="assay"/);
    },
  );

  test('stop working soon after they are revoked', async () => {
    const key = await api.key({ scopes: ['shadow:read'] });
    expect(await status(key)).toBe(200);
    await revokeKey(api.deps.pool, key.split('_')[1]!);
    aheadMs += keyTtlMs;
    expect(await status(key)).toBe(401);
    const listed = await listKeys(api.deps.pool);
    expect(listed.find((row) => row.key_id === key.split('_')[1])?.revoked_at).toBeInstanceOf(Date);
  });

  test('of one tenant do not see another', async () => {
    const key = await api.key({ scopes: ['shadow:read'], tenantId: 'acme' });
    expect((await api.send('GET', `${datasets}?tenant_id=acme`, { key })).status).toBe(200);
    const other = await api.send('GET', `${datasets}?tenant_id=globex`, { key });
    expect([other.status, other.body.code]).toEqual([404, 'not_found']);
    const card = await api.send('GET', `${datasets}?tenant_id=4111111111111111`, { key: 'shadow-bootstrap' });
    expect(card.status).toBe(400);
    expect(card.text).not.toContain('4111');
  });

  test('are refused with every fault named', async () => {
    const input = { name: '', scopes: ['root'], tenantId: '4111111111111111', requestsPerSecond: 0 };
    await expect(createKey(api.deps.pool, input)).rejects.toThrow(
      /name.*"root" is no scope.*card number.*whole number/,
    );
  });
});

describe('rate limits', () => {
  test('say what is left and refuse beyond it', async () => {
    const key = await api.key({ scopes: ['shadow:read'], requestsPerSecond: 1 });
    const answers = [];
    for (let i = 0; i < 3; i++) answers.push(await api.send('GET', datasets, { key }));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 429]);
    expect(answers[0]!.headers.get('ratelimit-policy')).toBe('"key";q=2;w=2');
    expect(answers[0]!.headers.get('ratelimit')).toBe('"key";r=1;t=1');
    expect(answers[2]!.headers.get('retry-after')).toBe('1');
    expect(answers[2]!.body.code).toBe('rate_limited');
    aheadMs += 1_000;
    expect(await status(key)).toBe(200);
  });
});
