import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/platform/database/migrate.ts';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
/** Moves the clock past what `/ready` and the key cache remember. */
let aheadMs = 0;
beforeAll(async () => {
  api = await createTestApi({}, { clock: () => Date.now() + aheadMs });
});
afterAll(() => api.close());

const ready = () => {
  aheadMs += 10_000;
  return api.send('GET', '/ready');
};

test('a database that lacks a migration is not ready, and is again once it has it', async () => {
  expect((await ready()).status).toBe(200);
  await migrate(api.database.ownerPool, { down: true });
  const answer = await ready();
  expect(answer.status).toBe(503);
  expect(answer.body).toMatchObject({
    status: 'not_ready',
    checks: { migrations: { ok: false }, database: { ok: true } },
  });
  await migrate(api.database.ownerPool);
  expect((await ready()).status).toBe(200);
});

test('without a database the process lives, is not ready, and answers 503 with Retry-After', async () => {
  const key = await api.key({ scopes: ['shadow:read'] });
  await api.deps.pool.end();
  expect((await api.send('GET', '/health')).status).toBe(200);
  const answer = await ready();
  expect(answer.status).toBe(503);
  expect(answer.body.checks.database.ok).toBe(false);
  expect(answer.text).not.toMatch(/pool|127\.0\.0\.1/);
  const refused = await api.send('GET', '/samples/datasets', { key });
  expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
  expect(refused.headers.get('retry-after')).toBe('1');
});
