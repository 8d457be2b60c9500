import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';
import { redisUrl } from '../support/redis.ts';
import { dumpDatabase, dumpRedis } from './dump-stores.ts';

/** Used nowhere else, so that one find is one leak. */
const pan = '4929420573595709';
const grouped = '4929 4205 7359 5709';
const token = 'tok_canary_7d1e55aa09';
const shortToken = 'zq7~x';

let api: TestApi;
let key: string;
beforeAll(async () => {
  const redis = redisUrl();
  api = await createTestApi({ ...(redis === undefined ? {} : { REDIS_URL: redis }), LOG_LEVEL: 'trace' });
  key = await api.key({ scopes: ['admin'] });
});
afterAll(() => api.close());

const notes = () => ({
  description: `paid by ${grouped}, key ${key}, token ${token}`,
  reference: pan,
  metadata: {
    note: [{ deep: `${pan} ${key}` }],
    [pan]: token,
    card_number: pan,
    payment_token: token,
    cvv: '977',
    n: Number(pan),
  },
});

async function post(path: string, body: object, wanted = 200) {
  const answer = await api.send('POST', path, { key, body });
  expect([answer.status, answer.status === wanted ? '' : answer.text]).toEqual([wanted, '']);
  return answer;
}

describe('a card number, a token and a key, sent in every text of every request about credits', () => {
  const answers: string[] = [];
  beforeAll(async () => {
    const payment = { payment_method: `card ${pan}`, payment_token: token };
    const topup = { tenant_id: 'acme', amount: 1_000, ...payment, ...notes() };
    const ask = async (path: string, body: object, wanted?: number) => {
      const answer = await post(path, body, wanted);
      answers.push(answer.text);
      return answer.body;
    };
    await ask('/credits/topup', { ...topup, idempotency_key: 'a' });
    await ask('/credits/topup', { ...topup, idempotency_key: 'a' });
    await ask('/credits/topup', { ...topup, payment_token: shortToken, idempotency_key: 'a' }, 422);
    await ask('/credits/purchase', { ...topup, payment_token: shortToken });
    const spend = await ask('/credits/consume', {
      tenant_id: 'acme',
      amount: 10,
      ...notes(),
      idempotency_key: 'b',
    });
    await ask(
      '/credits/consume',
      { tenant_id: 'acme', amount: 1_000_000, ...notes(), idempotency_key: 'c' },
      402,
    );
    await ask('/credits/refund', { tenant_id: 'acme', transaction_id: spend.transaction_id, amount: 1 });
    const operations = [
      { op: 'topup', tenant_id: 'acme', amount: 5, ...payment, ...notes() },
      { op: 'consume', tenant_id: 'acme', amount: 5, ...notes() },
    ];
    await ask('/credits/batch', { mode: 'atomic', operations, idempotency_key: 'd' });
    await ask('/credits/consume', { tenant_id: pan, amount: 1 }, 400);
    await ask('/credits/consume', { tenant_id: 'acme', amount: 1, [pan]: token }, 400);
    await ask('/credits/commit', { tenant_id: 'acme', reservation_id: pan }, 404);
    for (const path of [
      '/credits/balance/acme?fresh=1',
      '/credits/history?tenant_id=acme',
      `/credits/balance/${pan}`,
    ]) {
      answers.push((await api.send('GET', path, { key })).text);
    }
  });

  /** As text, and as the hexadecimal in which PostgreSQL shows bytes. */
  const canaries = () =>
    [pan, grouped, token, `"${shortToken}"`, key, key.split('_')[2]!].flatMap((canary) => [
      canary,
      Buffer.from(canary).toString('hex'),
    ]);
  const found = (text: string) => canaries().filter((canary) => text.includes(canary));

  test('shows in no answer, not even in one that says what was wrong with the request', () => {
    expect(answers.filter((text) => found(text).length > 0)).toEqual([]);
    const history = answers.find((text) => text.includes('"transactions"'))!;
    expect(history).toContain('****-****-****-5709');
  });

  test('lies nowhere in PostgreSQL', async () => {
    const tables = await dumpDatabase(api.database.ownerPool);
    expect(Object.keys(tables)).toContain('credits.transfers');
    expect(tables['credits.payments']).toContain('****aa09');
    const leaks = Object.entries(tables).filter(([, text]) => found(text).length > 0);
    expect(leaks.map(([name, text]) => `${name}: ${found(text).join(', ')}`)).toEqual([]);
  });

  test.skipIf(redisUrl() === undefined)('lies nowhere in Redis', async () => {
    expect(found(await dumpRedis(redisUrl()!))).toEqual([]);
  });

  test('is in no line of the log', () => {
    expect(api.logged.length).toBeGreaterThan(5);
    expect(api.logged.filter((line) => found(line).length > 0)).toEqual([]);
  });

  test('can be had back by the vault alone', async () => {
    const { rows } = await api.database.ownerPool.query(
      'SELECT payment_id, token_sealed FROM credits.payments ORDER BY token_masked',
    );
    const place = { tenantId: 'acme', table: 'credits.payments', column: 'token_sealed' };
    const opened = await Promise.all(
      rows.map((row) => api.deps.vault.open({ ...place, eventId: row.payment_id }, row.token_sealed)),
    );
    expect(new Set(opened)).toEqual(new Set([token, shortToken]));
  });
});

test('elsewhere names are masked and identifiers refused', async () => {
  const rule = { rule_type: 'signature', rule_config: { type: 'signature', pattern: 'x' } };
  await post('/shadow/rules', { rule_id: 'r', rule_name: `rule for ${grouped} ${token}`, ...rule });
  for (const refused of [
    await post('/shadow/rules', { rule_id: pan, ...rule }, 400),
    await post('/shadow/evaluate', { rule_id: pan, ...rule }, 400),
    await api.send('POST', `/samples?dataset=${pan}`, { key, body: '{"is_attack":true}' }),
  ]) {
    expect([refused.status, refused.text.includes(pan)]).toEqual([400, false]);
  }
  const unknown = await post('/shadow/evaluate', { rule_id: 'r', dataset: pan, ...rule }, 422);
  expect(unknown.text).not.toContain(pan);
  const tables = Object.values(await dumpDatabase(api.database.ownerPool)).join('\n');
  for (const canary of [pan, grouped, token]) expect(tables).not.toContain(canary);
  expect(tables).toContain('rule for ****-****-****-5709 ****aa09');
});

test('an API without encryption keys refuses a payment token, says what to set, and takes everything else', async () => {
  const without = await createTestApi({ ENCRYPTION_KEYS: '', FINGERPRINT_KEY: '' });
  try {
    const send = (body: object) => without.send('POST', '/credits/topup', { key: 'test-admin-key', body });
    const refused = await send({ tenant_id: 'acme', amount: 5, payment_token: token });
    expect([refused.status, refused.body.code]).toEqual([503, 'encryption_not_configured']);
    expect(refused.body.detail).toContain('set ENCRYPTION_KEYS and FINGERPRINT_KEY');
    expect(refused.text).not.toContain(token);
    const taken = await send({ tenant_id: 'acme', amount: 5, description: grouped });
    expect([taken.status, taken.body.balance]).toEqual([200, 5]);
  } finally {
    await without.close();
  }
});
