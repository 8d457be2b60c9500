import { createSecretKey, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import type { SubjectContext } from './seal-context.ts';
import { createVault, keyCacheMs, type Vault } from './vault.ts';

const seed = Math.floor(Math.random() * 2 ** 31);
console.info(`vault.test.ts: seed ${seed}`);

const kek = (id: string) => ({ id, key: createSecretKey(randomBytes(32)) });
const [first, second] = [kek('k1'), kek('k2')];

let database: TestDatabase;
let nowMs = 1_760_000_000_000;
const open = (keys = [first]) =>
  createVault({ pool: database.appPool, keys, clock: () => nowMs, random: randomBytes });
let vault: Vault;
beforeAll(async () => {
  database = await createTestDatabase();
  vault = open();
});
afterAll(() => database.drop());

const place: SubjectContext = {
  tenantId: 'acme',
  subject: 'acme',
  table: 'credits.payments',
  column: 'token_sealed',
  eventId: '01a1fc4d-4b31-775f-b3d8-647730252d1a',
};

describe('a sealed value', () => {
  test('opens in its place, in this process and in another, whatever the text', async () => {
    const other = open();
    const texts = fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
      const sealed = await vault.seal(place, text);
      expect(sealed.length).toBe(45 + Buffer.byteLength(text));
      expect(await vault.open(place, sealed)).toBe(Buffer.from(text).toString());
      expect(await other.open(place, sealed)).toBe(Buffer.from(text).toString());
    });
    await fc.assert(texts, { seed, numRuns: 200 });
  });

  test('is another each time, and holds nothing of the text', async () => {
    const [a, b] = await Promise.all([
      vault.seal(place, 'tok_visa_4242'),
      vault.seal(place, 'tok_visa_4242'),
    ]);
    expect(a.equals(b)).toBe(false);
    expect(a.includes('tok_visa')).toBe(false);
  });

  test.each(['tenantId', 'table', 'column', 'eventId'] as const)(
    'does not open with another %s',
    async (part) => {
      await vault.seal({ ...place, tenantId: 'other' }, 'x');
      const sealed = await vault.seal(place, 'tok_visa_4242');
      await expect(vault.open({ ...place, [part]: 'other' }, sealed)).rejects.toThrow(/changed|no data key/);
    },
  );

  test('does not open when any bit was changed or bytes are missing', async () => {
    const sealed = await vault.seal(place, 'tok_visa_4242');
    const damage = fc.asyncProperty(fc.nat(sealed.length * 8 - 1), async (bit) => {
      const damaged = Buffer.from(sealed);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await expect(vault.open(place, damaged)).rejects.toThrow();
      await expect(vault.open(place, sealed.subarray(0, bit >> 3))).rejects.toThrow();
    });
    await fc.assert(damage, { seed, numRuns: 100 });
  });

  test('does not open under a data key that was put in the place of its own', async () => {
    const elsewhere = { ...place, subject: 'globex-payer' };
    const sealed = await vault.seal({ ...place, subject: 'victim' }, 'tok_visa_4242');
    await vault.seal(elsewhere, 'x');
    await database.ownerPool.query(
      `UPDATE audit.data_keys SET wrapped_key =
         (SELECT wrapped_key FROM audit.data_keys WHERE subject = 'globex-payer') WHERE subject = 'victim'`,
    );
    await expect(open().open(place, sealed)).rejects.toThrow(/does not unwrap under "k1"/);
  });
});

describe('a subject', () => {
  const keysOf = async (subject: string) =>
    (await database.ownerPool.query('SELECT * FROM audit.data_keys WHERE subject = $1', [subject])).rows;

  test('gets one key, however many seal at once in several processes', async () => {
    const vaults = [open(), open(), open()];
    const at = { ...place, subject: 'crowd' };
    const sealed = await Promise.all(
      Array.from({ length: 60 }, (_, i) => vaults[i % 3]!.seal(at, `token ${i}`)),
    );
    expect(await keysOf('crowd')).toHaveLength(1);
    const opened = await Promise.all(sealed.map((box, i) => vaults[(i + 1) % 3]!.open(at, box)));
    expect(opened).toEqual(Array.from({ length: 60 }, (_, i) => `token ${i}`));
  });

  test('that is erased cannot be read again, here at once, elsewhere soon, nor with the key put back', async () => {
    const at = { ...place, subject: 'leaver' };
    const other = open();
    const sealed = await vault.seal(at, 'tok_visa_4242');
    await other.open(at, sealed);
    const before = (await keysOf('leaver'))[0]!;
    expect(await vault.erase('acme', 'leaver')).toEqual([before.data_key_id]);
    expect(await vault.erase('acme', 'leaver')).toEqual([]);
    await expect(vault.open(at, sealed)).rejects.toMatchObject({ status: 410, code: 'erased' });
    nowMs += keyCacheMs;
    await expect(other.open(at, sealed)).rejects.toMatchObject({ code: 'erased' });
    const row = (await keysOf('leaver'))[0]!;
    expect([row.wrapped_key, row.destroyed_at]).toEqual([null, expect.any(Date)]);
    const putBack = 'UPDATE audit.data_keys SET wrapped_key = $1, destroyed_at = NULL WHERE data_key_id = $2';
    await expect(database.ownerPool.query(putBack, [before.wrapped_key, before.data_key_id])).rejects.toThrow(
      /stays destroyed/,
    );
  });

  test('that comes back after an erasure gets another key', async () => {
    const at = { ...place, subject: 'returner' };
    await vault.seal(at, 'before');
    await vault.erase('acme', 'returner');
    const sealed = await vault.seal(at, 'after');
    expect(await vault.open(at, sealed)).toBe('after');
    expect(await keysOf('returner')).toHaveLength(2);
  });

  test('is erased with the transaction it is erased in, or not at all', async () => {
    const at = { ...place, subject: 'undecided' };
    const sealed = await vault.seal(at, 'tok_visa_4242');
    const client = await database.appPool.connect();
    await client.query('BEGIN');
    expect(await vault.erase('acme', 'undecided', client)).toHaveLength(1);
    await client.query('ROLLBACK');
    client.release();
    expect(await vault.open(at, sealed)).toBe('tok_visa_4242');
  });
});

describe('key-encryption keys', () => {
  test('without any, a token is refused with what to do', async () => {
    const refusal = open([]).seal(place, 'tok_visa_4242');
    await expect(refusal).rejects.toMatchObject({ status: 503, code: 'encryption_not_configured' });
    await expect(refusal).rejects.toThrow(/set ENCRYPTION_KEYS and FINGERPRINT_KEY/);
  });

  test('the first is used, the others open', async () => {
    const at = { ...place, subject: 'k2-user' };
    const sealed = await open([second, first]).seal(at, 'x');
    expect(await open([first, second]).open(at, sealed)).toBe('x');
    await expect(open([first]).open(at, sealed)).rejects.toThrow(/lacks the encryption key "k2"/);
  });

  test('another key under the same id is told from a changed row', async () => {
    const sealed = await vault.seal(place, 'x');
    await expect(open([kek('k1')]).open(place, sealed)).rejects.toThrow(/ENCRYPTION_KEYS has another key/);
  });
});

test('the application may neither delete keys nor give them to another subject', async () => {
  const denied = { code: '42501' };
  await expect(database.appPool.query('DELETE FROM audit.data_keys')).rejects.toMatchObject(denied);
  await expect(database.appPool.query('TRUNCATE audit.data_keys')).rejects.toMatchObject(denied);
  for (const column of ['tenant_id', 'subject', 'data_key_id', 'created_at']) {
    const change = `UPDATE audit.data_keys SET ${column} = ${column}`;
    await expect(database.appPool.query(change)).rejects.toMatchObject(denied);
  }
});
