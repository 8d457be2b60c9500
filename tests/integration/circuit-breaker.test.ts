import { afterAll, expect, test } from 'vitest';
import { createTestApi, testAdminKey } from '../support/api.ts';

const api = await createTestApi();
afterAll(() => api.close());

const away = () => Promise.reject(new Error('away'));

test('shows the breakers of the process and closes one that an operator names', async () => {
  const guard = api.deps.breakers.guard({
    name: 'elsewhere',
    timeoutMs: 1_000,
    failuresMax: 2,
    openMs: 60_000,
  });
  for (let i = 0; i < 2; i++) await expect(guard.run(away)).rejects.toThrow('away');
  await expect(guard.run(away)).rejects.toMatchObject({ code: 'circuit_open' });

  const stats = await api.send('GET', '/circuit-breaker/stats', { key: testAdminKey });
  expect(stats.status).toBe(200);
  const shown = stats.body.breakers.find((one: { name: string }) => one.name === 'elsewhere');
  expect(shown).toMatchObject({
    state: 'open',
    counts: { success: 0, failure: 2, timeout: 0, rejected: 1 },
    rates: { window_seconds: 60, failure_rate: 1 },
    failures_in_a_row: 2,
    failures_to_open: 2,
    times_opened: 1,
  });

  const reset = await api.send('POST', '/circuit-breaker/reset', {
    key: testAdminKey,
    body: { name: 'elsewhere' },
  });
  expect(reset.body).toMatchObject({ success: true, breakers: [{ name: 'elsewhere', state: 'closed' }] });
  expect(await guard.run(async () => 'back')).toBe('back');
});

test('resets all without a body, knows no other names, and asks for admin', async () => {
  const all = await api.send('POST', '/circuit-breaker/reset', { key: testAdminKey });
  expect(all.status).toBe(200);
  expect(all.body.breakers.length).toBe(api.deps.breakers.all().length);
  const unknown = await api.send('POST', '/circuit-breaker/reset', {
    key: testAdminKey,
    body: { name: 'no such' },
  });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'not_found' } });
  const reader = await api.key({ scopes: ['credits:read'] });
  expect((await api.send('GET', '/circuit-breaker/stats', { key: reader })).status).toBe(200);
  expect((await api.send('POST', '/circuit-breaker/reset', { key: reader })).status).toBe(403);
});
