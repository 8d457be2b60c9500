import { afterAll, beforeAll, expect, test } from 'vitest';
import { tokenPlace } from '../../src/ledger/payments/place.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const post = (path: string, body: unknown, key = testAdminKey) => api.send('POST', path, { key, body });

test('a payment token is read in clear by an administrator alone, and the log says so', async () => {
  const payment = { payment_method: 'card', payment_token: 'tok_secret_1234' };
  const topup = (await post('/credits/topup', { tenant_id: 'a', amount: 10, ...payment })).body;
  const plain = (await post('/credits/topup', { tenant_id: 'a', amount: 10 })).body;
  const ask = (transaction_id: string, tenant_id = 'a') => ({
    tenant_id,
    transaction_id,
    reason: 'ticket 17',
  });
  const shown = await post('/audit/unmask', ask(topup.transaction_id));
  expect(shown).toMatchObject({
    status: 200,
    body: { payment_method: 'card', payment_token: 'tok_secret_1234' },
  });
  const { rows } = await api.database.ownerPool.query(
    `SELECT convert_from(event, 'UTF8')::jsonb AS event FROM audit.outbox
      WHERE convert_from(event, 'UTF8') LIKE '%data.unmasked%'`,
  );
  expect(rows).toHaveLength(1);
  expect(rows[0].event).toMatchObject({
    tenant_id: 'a',
    success: true,
    details: { transaction_id: topup.transaction_id, reason: 'ticket 17' },
  });
  expect(JSON.stringify(rows)).not.toContain('tok_secret');
  for (const body of [ask(plain.transaction_id), ask(topup.transaction_id, 'b'), ask('x')]) {
    expect((await post('/audit/unmask', body)).status).toBe(404);
  }
  const reader = await api.key({ scopes: ['audit:read', 'credits:read', 'credits:write'] });
  expect((await post('/audit/unmask', ask(topup.transaction_id), reader)).status).toBe(403);
  const logged = await paymentInLog();
  const readLogged = () =>
    api.deps.vault.open(tokenPlace('a', logged.payment_id), Buffer.from(logged.token_sealed, 'base64'));
  expect(await readLogged()).toBe('tok_secret_1234');
  await post('/audit/erase', { tenant_id: 'a', subject: 'payments' });
  expect((await post('/audit/unmask', ask(topup.transaction_id))).status).toBe(410);
  await expect(readLogged(), 'what the log holds of it is erased with it').rejects.toMatchObject({
    status: 410,
  });
});

/** The only one: of a top-up without a token the log says nothing about payment. */
async function paymentInLog(): Promise<{ payment_id: string; token_sealed: string }> {
  const { rows } = await api.database.ownerPool.query(
    `SELECT convert_from(event, 'UTF8')::jsonb -> 'payment' AS payment FROM audit.outbox
      WHERE convert_from(event, 'UTF8')::jsonb ? 'payment'`,
  );
  expect(rows).toHaveLength(1);
  return rows[0].payment;
}
