import { afterAll, beforeEach, expect, test } from 'vitest';
import { deliverWebhooks } from '../../src/ledger/alerts/deliver-webhooks.ts';
import { reportAlerts } from '../../src/ledger/alerts/report-alerts.ts';
import { isSigned, startReceiver } from '../../src/ledger/alerts/test-support/receiver.ts';
import { createTestApi, testAdminKey as key } from '../support/api.ts';

const allowed = ['127.0.0.1/32'];
const api = await createTestApi({ WEBHOOK_ALLOWED_ADDRESSES: allowed.join(',') });
const receiver = await startReceiver();
const owner = api.database.ownerPool;
afterAll(async () => {
  await receiver.close();
  await api.close();
});
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = { status: 200 };
});

const post = (path: string, body: object) => api.send('POST', `/credits/${path}`, { key, body });
const never = new AbortController().signal;
const deps = { ...api.deps, allowedAddresses: allowed, random: Math.random, clock: Date.now };
/** What a worker does every two seconds. */
async function work(): Promise<void> {
  await reportAlerts(deps);
  await deliverWebhooks(deps, never);
}
const deliveryOf = async (tenantId: string) =>
  (await owner.query('SELECT * FROM credits.alert_deliveries WHERE tenant_id = $1', [tenantId])).rows;
const makeDue = (tenantId: string) =>
  owner.query('UPDATE credits.alert_deliveries SET next_attempt_at = now() WHERE tenant_id = $1', [tenantId]);

test('one signed webhook each time the balance falls below the threshold', async () => {
  await post('topup', { tenant_id: 'acme', amount: 100 });
  const set = await post('threshold', { tenant_id: 'acme', threshold: 50, webhook_url: receiver.url });
  expect(set).toMatchObject({
    status: 200,
    body: { success: true, tenant_id: 'acme', threshold: 50, available: 100, webhook: { url: receiver.url } },
  });
  const { secret } = set.body.webhook;
  await post('consume', { tenant_id: 'acme', amount: 50 });
  await work();
  expect(receiver.received).toEqual([]);

  await post('consume', { tenant_id: 'acme', amount: 1 });
  await post('consume', { tenant_id: 'acme', amount: 1 });
  await Promise.all([work(), work()]);
  await work();
  expect(receiver.received.length).toBe(1);
  const [first] = receiver.received;
  expect(isSigned(first!, secret)).toBe(true);
  expect(isSigned({ ...first!, body: first!.body.replace('49', '50') }, secret)).toBe(false);
  expect(JSON.parse(first!.body)).toMatchObject({
    type: 'credits.low_balance',
    data: { tenant_id: 'acme', threshold: 50, available: 49, alert_id: first!.headers['webhook-id'] },
  });
  expect(api.logged.some((line) => line.includes('"event":"credits_low_balance"'))).toBe(true);
  expect(api.logged.join('')).not.toContain(secret);

  await post('topup', { tenant_id: 'acme', amount: 100 });
  await post('consume', { tenant_id: 'acme', amount: 120 });
  await work();
  expect(receiver.received.length).toBe(2);
  expect(await deliveryOf('acme')).toMatchObject([{ state: 'delivered' }, { state: 'delivered' }]);
});

test('a receiver that fails is tried again with the same id, from a row, until the deadline', async () => {
  await post('topup', { tenant_id: 'away', amount: 10 });
  await post('threshold', { tenant_id: 'away', threshold: 5, webhook_url: receiver.url });
  await post('consume', { tenant_id: 'away', amount: 9 });
  receiver.answer = { status: 500 };
  await work();
  expect(await deliveryOf('away')).toMatchObject([{ state: 'pending', attempts: 1, last_status: 500 }]);
  await work();
  expect(receiver.received.length).toBe(1);
  await makeDue('away');
  receiver.answer = { status: 302, location: 'http://169.254.169.254/' };
  await work();
  expect(await deliveryOf('away')).toMatchObject([
    { state: 'pending', attempts: 2, last_status: 302, last_error: expect.stringContaining('redirects') },
  ]);
  await makeDue('away');
  receiver.answer = { status: 200 };
  await work();
  expect(await deliveryOf('away')).toMatchObject([{ state: 'delivered', attempts: 3 }]);
  expect(new Set(receiver.received.map((one) => one.headers['webhook-id'])).size).toBe(1);

  await post('topup', { tenant_id: 'away', amount: 10 });
  await post('consume', { tenant_id: 'away', amount: 9 });
  receiver.answer = { status: 500 };
  await reportAlerts(deps);
  await owner.query(`UPDATE credits.alert_deliveries SET deadline_at = now() WHERE state = 'pending'`);
  await work();
  expect((await deliveryOf('away')).map((row) => row.state).toSorted()).toEqual(['delivered', 'given_up']);
});

test('an address that became private since is not sent to', async () => {
  await post('topup', { tenant_id: 'moved', amount: 10 });
  await post('threshold', { tenant_id: 'moved', threshold: 5, webhook_url: receiver.url });
  await post('consume', { tenant_id: 'moved', amount: 9 });
  await reportAlerts(deps);
  await deliverWebhooks({ ...deps, allowedAddresses: [] }, never);
  expect(receiver.received).toEqual([]);
  expect(await deliveryOf('moved')).toMatchObject([
    { state: 'pending', last_error: expect.stringMatching(/https/) },
  ]);
});

test.each([
  'http://hooks.example.com/',
  'https://127.0.0.2/',
  'https://10.0.0.1/',
  'https://[::1]/',
  'https://169.254.169.254/latest/meta-data',
  'https://localhost/',
])('refuses the webhook_url %s', async (url) => {
  await post('topup', { tenant_id: 'unsafe', amount: 1 });
  const refused = await post('threshold', { tenant_id: 'unsafe', threshold: 5, webhook_url: url });
  expect(refused).toMatchObject({
    status: 400,
    body: { code: 'invalid_request', errors: [{ location: 'body.webhook_url' }] },
  });
});

test('keeps the secret of a URL, sealed, and shows it once; another URL gets another', async () => {
  await post('topup', { tenant_id: 'kept', amount: 1 });
  const url = (path: string) => `${receiver.url}/${path}`;
  const first = await post('threshold', { tenant_id: 'kept', threshold: 5, webhook_url: url('a') });
  const again = await post('threshold', { tenant_id: 'kept', threshold: 6, webhook_url: url('a') });
  expect(again.body.webhook).toEqual({ webhook_id: first.body.webhook.webhook_id, url: url('a') });
  const kept = await post('threshold', { tenant_id: 'kept', threshold: 7 });
  expect(kept.body.webhook).toEqual(again.body.webhook);
  const other = await post('threshold', { tenant_id: 'kept', threshold: 7, webhook_url: url('b') });
  expect(other.body.webhook.secret).toMatch(/^whsec_/);
  expect(other.body.webhook.secret).not.toBe(first.body.webhook.secret);
  const stored = await owner.query(`SELECT * FROM credits.webhooks WHERE tenant_id = 'kept'`);
  expect(JSON.stringify(stored.rows)).not.toContain(other.body.webhook.secret.slice(6));
  expect(stored.rows[0].secret_sealed.includes(other.body.webhook.secret)).toBe(false);

  const off = await post('threshold', { tenant_id: 'kept', threshold: 0, webhook_url: null });
  expect(off.body).toMatchObject({ threshold: null, webhook: null });
  await post('consume', { tenant_id: 'kept', amount: 1 });
  await work();
  expect(await deliveryOf('kept')).toEqual([]);
});

test('of many callers with the same new URL one is shown the secret that counts', async () => {
  await post('topup', { tenant_id: 'crowd', amount: 10 });
  const body = { tenant_id: 'crowd', threshold: 5, webhook_url: receiver.url };
  const answers = await Promise.all(Array.from({ length: 8 }, () => post('threshold', body)));
  const secrets = answers
    .map((answer) => answer.body.webhook.secret)
    .filter((secret) => secret !== undefined);
  expect(secrets.length).toBe(1);
  await post('consume', { tenant_id: 'crowd', amount: 6 });
  await work();
  expect(isSigned(receiver.received[0]!, secrets[0])).toBe(true);
});

test('knows only tenants, the key’s own, and keys that may write', async () => {
  expect(await post('threshold', { tenant_id: 'nobody', threshold: 5 })).toMatchObject({ status: 404 });
  expect(await post('threshold', { tenant_id: 'acme', threshold: 1.5 })).toMatchObject({ status: 400 });
  expect(await post('threshold', { tenant_id: 'acme' })).toMatchObject({ status: 400 });
  const reader = await api.key({ scopes: ['credits:read'] });
  const body = { tenant_id: 'acme', threshold: 5 };
  expect((await api.send('POST', '/credits/threshold', { key: reader, body })).status).toBe(403);
  const bound = await api.key({ scopes: ['credits:write'], tenantId: 'other' });
  expect((await api.send('POST', '/credits/threshold', { key: bound, body })).status).toBe(404);
});
