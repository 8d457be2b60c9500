import { execFile } from 'node:child_process';
import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteVerifierKey } from '../../src/audit/checkpoints/verifier-keys.ts';
import { insertEvents } from '../../src/audit/events/insert-events.ts';
import { recordEvent } from '../../src/audit/events/record-event.ts';
import { exportLog } from '../../src/audit/export/export-log.ts';
import { createLogFixture, type LogFixture } from '../../src/audit/test-support/log-fixture.ts';
import { createVault } from '../../src/audit/vault/vault.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const keys = [{ id: 'k1', key: createSecretKey(randomBytes(32)) }];
const place = { tenantId: 'acme', subject: 'jane', table: 't', column: 'c', eventId: 'e' };

let log: LogFixture;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-erase-again-'));
  log = await createLogFixture();
  await noteVerifierKey(log.pool, { verifier_key: log.signer.verifier.text, role: 'log' });
});
afterAll(async () => {
  await log.close();
  await rm(folder, { recursive: true });
});

const eraseAgain = (file: string) => {
  const env = { ...process.env, DATABASE_URL: log.database.url };
  return promisify(execFile)(process.execPath, [main, 'audit', 'erase-again', file], { env });
};

const openVault = () =>
  createVault({ pool: log.database.appPool, keys, clock: Date.now, random: randomBytes });

test('what was erased since the backup is erased again, on the word of a log that verifies', async () => {
  const vault = openVault();
  const sealed = await vault.seal(place, 'tok_1234');
  const other = { ...place, subject: 'john' };
  const kept = await vault.seal(other, 'tok_5678');
  const owner = log.database.ownerPool;
  const backup = await owner.query("SELECT * FROM audit.data_keys WHERE subject = 'jane'");
  const dataKeyIds = await vault.erase('acme', 'jane');
  const details = { data_key_ids: dataKeyIds, keys_destroyed: dataKeyIds.length };
  const erased = recordEvent(
    { action: 'data.erased', actor: 'a key', tenantId: 'acme', details },
    Date.now(),
  );
  await insertEvents(log.database.appPool, [erased]);
  await log.grow(9);
  const file = join(folder, 'export.ndjson');
  let exported = '';
  for await (const lines of exportLog(log.database.appPool, {})) exported += lines;
  await writeFile(file, exported);

  await owner.query("DELETE FROM audit.data_keys WHERE subject = 'jane'");
  const { tenant_id, data_key_id, subject, kek_id, wrapped_key } = backup.rows[0];
  await owner.query(
    'INSERT INTO audit.data_keys (tenant_id, data_key_id, subject, kek_id, wrapped_key) VALUES ($1, $2, $3, $4, $5)',
    [tenant_id, data_key_id, subject, kek_id, wrapped_key],
  );
  expect(await openVault().open(place, sealed)).toBe('tok_1234');

  const forged = join(folder, 'forged.ndjson');
  await writeFile(forged, (await readFile(file, 'utf8')).replace('"seq":3,', '"seq":4,'));
  await expect(eraseAgain(forged)).rejects.toMatchObject({ stderr: expect.stringContaining('NOT VALID') });
  expect((await eraseAgain(file)).stdout).toContain('1 data keys were erased');
  expect((await eraseAgain(file)).stdout).toContain('0 were there');
  await expect(openVault().open(place, sealed)).rejects.toMatchObject({ code: 'erased' });
  expect(await openVault().open(other, kept)).toBe('tok_5678');
  const { rows } = await owner.query('SELECT event FROM audit.outbox');
  expect(rows.map(({ event }) => JSON.parse(event.toString()))).toMatchObject([
    { action: 'data.erased', actor: 'cli', tenant_id: 'acme', details },
  ]);
}, 60_000);
