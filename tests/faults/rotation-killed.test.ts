import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeDataKey } from '../../src/audit/vault/data-key.ts';
import { countDataKeys, rotateDataKeys } from '../../src/audit/vault/rotate-data-keys.ts';
import { createVault } from '../../src/audit/vault/vault.ts';
import { type NamedKey, parseNamedKeys } from '../../src/platform/config/named-key.ts';
import { uuidV7 } from '../../src/platform/uuid-v7.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const spelled = ['new', 'old', 'strange'].map((id) => `${id}:${randomBytes(32).toString('base64')}`);
const [newKey, oldKey, strangeKey] = spelled.flatMap((entry) => parseNamedKeys(entry) as NamedKey[]);
const both = [newKey!, oldKey!];

/** About a second of work for a rotation, so that it is still at it when it is killed. */
const KEYS = 20_000;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const vaultOf = (keys: typeof both) =>
  createVault({ pool: database.appPool, keys, clock: Date.now, random: randomBytes });
const place = (tenantId: string, subject: string, eventId: string) => ({
  tenantId,
  subject,
  table: 'credits.payments',
  column: 'token_sealed',
  eventId,
});

test('a rotation killed in its middle goes on where it stopped, beside a process that seals and opens', async () => {
  await storeKeys(KEYS);
  // A process that was given the new key before it was made the first one: it still wraps under the old.
  const running = vaultOf([oldKey!, newKey!]);
  const sealed: [ReturnType<typeof place>, Buffer][] = [];
  let stop = false;
  const traffic = (async () => {
    for (let i = 0; !stop; i++) {
      const at = place(`tenant-${i % 50}`, i % 3 === 0 ? `late-${i}` : `subject-${i}`, `event-${i}`);
      sealed.push([at, await running.seal(at, `token ${i}`)]);
      expect(await vaultOf(both).open(at, sealed.at(-1)![1])).toBe(`token ${i}`);
    }
  })();

  const killed = startRotation();
  await untilSome('new');
  killed.child.kill('SIGKILL');
  await once(killed.child, 'exit');
  const counts = Object.fromEntries(
    (await countDataKeys(database.ownerPool)).map(({ keyId, dataKeys }) => [keyId, dataKeys]),
  );
  expect(counts.new).toBeGreaterThan(0);
  expect(counts.old).toBeGreaterThan(0);

  // From here on every process has the new key first.
  stop = true;
  await traffic;
  const [one, other] = [startRotation(), startRotation()];
  expect(await Promise.all([one.ended, other.ended])).toEqual([0, 0]);
  expect(one.printed()).toContain('all data keys are wrapped under "new"\n"old" may leave ENCRYPTION_KEYS');
  expect((await countDataKeys(database.ownerPool)).map(({ keyId }) => keyId)).toEqual(['new']);
  // Whatever was killed, the log knows of every data key that was moved, once.
  const { rows } = await database.ownerPool.query(
    `SELECT sum((event #>> '{details,data_keys}')::int)::int AS told
     FROM (SELECT convert_from(event, 'UTF8')::jsonb AS event FROM audit.outbox) AS o
     WHERE event ->> 'action' = 'data.rewrapped' AND event #>> '{details,to}' = 'new'`,
  );
  const moved = await database.ownerPool.query(
    'SELECT count(*)::int AS moved FROM audit.data_keys WHERE rewrapped_at IS NOT NULL',
  );
  expect(rows[0].told).toBe(moved.rows[0].moved);

  const withoutOld = vaultOf([newKey!]);
  for (const [i, [at, box]] of sealed.entries()) expect(await withoutOld.open(at, box)).toBe(`token ${i}`);
  expect(sealed.length).toBeGreaterThan(10);
  const again = await rotateDataKeys({
    pool: database.appPool,
    keys: both,
    random: randomBytes,
    clock: Date.now,
    sleep: async () => {},
  });
  expect(again).toEqual({ rewrapped: 0, remaining: 0, broken: [] });
});

test('one broken row is named and keeps no other from being rewrapped; an unknown key stops all', async () => {
  const at = place('acme', 'broken-row', 'event');
  await vaultOf([oldKey!]).seal(at, 'x');
  await vaultOf([oldKey!]).seal({ ...at, subject: 'good-row' }, 'x');
  const { rows } = await database.ownerPool.query(
    `UPDATE audit.data_keys SET wrapped_key = set_byte(wrapped_key, 20, get_byte(wrapped_key, 20) # 1)
     WHERE subject = 'broken-row' RETURNING data_key_id`,
  );
  const deps = { pool: database.appPool, random: randomBytes, clock: Date.now, sleep: async () => {} };
  const result = await rotateDataKeys({ ...deps, keys: both });
  expect(result).toEqual({ rewrapped: 1, remaining: 1, broken: [rows[0].data_key_id] });
  await expect(rotateDataKeys({ ...deps, keys: [strangeKey!, newKey!] })).rejects.toThrow(
    /lacks the encryption key "old"/,
  );
});

async function storeKeys(count: number): Promise<void> {
  const keys = Array.from({ length: count }, (_, i) =>
    makeDataKey(
      { tenantId: `tenant-${i % 50}`, subject: `subject-${i}`, dataKeyId: uuidV7() },
      oldKey!,
      randomBytes,
    ),
  );
  await database.ownerPool.query(
    `INSERT INTO audit.data_keys (tenant_id, data_key_id, subject, kek_id, wrapped_key)
     SELECT * FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::bytea[])`,
    [
      keys.map((key) => key.tenantId),
      keys.map((key) => key.dataKeyId),
      keys.map((key) => key.subject),
      keys.map((key) => key.kekId),
      keys.map((key) => key.wrapped),
    ],
  );
}

function startRotation() {
  const child = spawn(process.execPath, [main, 'keys', 'rotate'], {
    env: {
      DATABASE_URL: database.url,
      ENCRYPTION_KEYS: spelled.slice(0, 2).join(','),
      FINGERPRINT_KEY: randomBytes(32).toString('base64'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return { child, ended: once(child, 'close').then(([code]) => code), printed: () => text };
}

async function untilSome(kekId: string): Promise<void> {
  const question = 'SELECT EXISTS (SELECT FROM audit.data_keys WHERE kek_id = $1) AS some';
  while (!(await database.ownerPool.query(question, [kekId])).rows[0].some) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
