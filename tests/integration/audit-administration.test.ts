import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopes } from '../../src/platform/keys/scopes.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const [oldKey, newKey] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);

let api: TestApi;
beforeAll(async () => {
  api = await createTestApi({ ENCRYPTION_KEYS: oldKey! });
});
afterAll(() => api.close());

interface Told {
  action: string;
  actor: string;
  code?: string;
  details: Record<string, unknown>;
  success: boolean;
  tenant_id: string;
}

/** What `act` wrote to the audit log that is not money. */
async function toldBy(act: () => Promise<unknown>): Promise<Told[]> {
  const newest = 'SELECT COALESCE(max(id), 0) AS id FROM audit.outbox';
  const { id } = (await api.deps.pool.query<{ id: number }>(newest)).rows[0]!;
  await act();
  const since = 'SELECT event FROM audit.outbox WHERE id > $1 ORDER BY id';
  const { rows } = await api.deps.pool.query<{ event: Buffer }>(since, [id]);
  return rows
    .map(({ event }) => JSON.parse(event.toString()) as Told)
    .filter(({ action }) => !action.startsWith('credits.'));
}

/** Runs `assay keys …` as an operator does. */
async function keys(...args: string[]): Promise<string> {
  const child = spawn(process.execPath, [main, 'keys', ...args], {
    env: {
      DATABASE_URL: api.database.url,
      ENCRYPTION_KEYS: `${newKey},${oldKey}`,
      FINGERPRINT_KEY: randomBytes(32).toString('base64'),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return text(child.stdout);
}

const post = (path: string, body: unknown, key = testAdminKey) => api.send('POST', path, { key, body });

describe('the audit log has', () => {
  test('keys that were made, revoked, and asked to be revoked in vain', async () => {
    let made = '';
    const created = await toldBy(async () => {
      made = (
        await keys('create', '--name', 'jobs 4929420573595709', '--scopes', 'leases', '--tenant', 'a')
      ).trim();
    });
    const keyId = made.split('_')[1]!;
    const details = { key_id: keyId, name: 'jobs ****-****-****-5709', scopes: ['leases'] };
    expect(created).toMatchObject([{ action: 'key.created', actor: 'cli', tenant_id: 'a', details }]);
    const revoked = await toldBy(() => keys('revoke', made));
    expect(revoked).toMatchObject([{ action: 'key.revoked', success: true, details: { key_id: keyId } }]);
    const unknown = await toldBy(() => keys('revoke', 'no-such-key'));
    expect(unknown).toMatchObject([{ action: 'key.revoked', success: false, code: 'not_found' }]);
    expect(JSON.stringify([created, revoked, unknown])).not.toContain(made.split('_')[2]);
  });

  test('payment tokens that were read, data keys that were rewrapped, and subjects that were erased', async () => {
    const topup = { tenant_id: 'a', amount: 10, payment_token: 'tok_secret_1234' };
    const { transaction_id } = (await post('/credits/topup', topup)).body;
    const unmask = () => post('/audit/unmask', { tenant_id: 'a', transaction_id, reason: 'ticket 17' });
    expect(await toldBy(unmask)).toMatchObject([
      {
        action: 'data.unmasked',
        success: true,
        tenant_id: 'a',
        details: { transaction_id, reason: 'ticket 17' },
      },
    ]);
    const rotated = { data_keys: 1, from: 'old', to: 'new' };
    expect(await toldBy(() => keys('rotate', '--dry-run'))).toEqual([]);
    expect(await toldBy(() => keys('rotate'))).toMatchObject([
      { action: 'data.rewrapped', actor: 'cli', tenant_id: '*', success: true, details: rotated },
    ]);
    expect(await toldBy(() => keys('rotate'))).toEqual([]);
    const erased = await toldBy(() => post('/audit/erase', { tenant_id: 'a', subject: 'payments' }));
    expect(erased).toMatchObject([{ action: 'data.erased', tenant_id: 'a', details: { keys_destroyed: 1 } }]);
    expect(await toldBy(unmask)).toMatchObject([
      { action: 'admin.refused', success: false, code: 'erased', details: { route: '/audit/unmask' } },
    ]);
  });

  test('every admin action that a key without admin asked for', async () => {
    const document = (await api.send('GET', '/openapi.json')).body;
    const key = await api.key({ scopes: scopes.filter((scope) => scope !== 'admin') });
    const refused: string[] = [];
    for (const [path, methods] of Object.entries<Record<string, unknown>>(document.paths)) {
      for (const method of Object.keys(methods)) {
        const url = path.replaceAll(/\{\w+\}/g, 'x');
        let status = 0;
        const told = await toldBy(async () => {
          ({ status } = await api.send(method.toUpperCase(), url, { key }));
        });
        if (status !== 403) continue;
        refused.push(`${method.toUpperCase()} ${path}`);
        const details = { method: method.toUpperCase(), route: path };
        expect(told).toMatchObject([
          { action: 'admin.refused', actor: key.split('_')[1], code: 'forbidden', success: false, details },
        ]);
      }
    }
    expect(refused).toEqual(
      expect.arrayContaining(['POST /audit/erase', 'POST /audit/unmask', 'POST /audit/flush']),
    );
  });

  test('what an administrator of one tenant wanted of another, and of what is not there', async () => {
    const key = await api.key({ scopes: ['admin'], tenantId: 'b' });
    const asked: [string, object][] = [
      ['/audit/erase', { tenant_id: 'a', subject: 'payments' }],
      ['/audit/unmask', { tenant_id: 'b', transaction_id: 'x', reason: 'curious' }],
      ['/circuit-breaker/reset', { name: 'no such' }],
    ];
    for (const [path, body] of asked) {
      expect(await toldBy(() => post(path, body, key))).toMatchObject([
        {
          action: 'admin.refused',
          tenant_id: 'b',
          success: false,
          code: 'not_found',
          details: { route: path },
        },
      ]);
    }
    expect(await toldBy(() => post('/audit/erase', { tenant_id: 'b' }, key))).toEqual([]);
  });
});
