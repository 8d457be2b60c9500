import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noteVerifierKey } from '../../src/audit/checkpoints/verifier-keys.ts';
import { createLogFixture, type LogFixture } from '../../src/audit/test-support/log-fixture.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
let log: LogFixture;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-retire-'));
  log = await createLogFixture(3);
  await noteVerifierKey(log.pool, { verifier_key: log.signer.verifier.text, role: 'log' });
  await log.database.ownerPool.query("SELECT audit.make_month('2024-03-01')");
  await log.growAt('2024-03-10T00:00:00.000Z', 700);
  await log.growAt('2024-04-10T00:00:00.000Z', 40);
});
afterAll(async () => {
  await log.close();
  await rm(folder, { recursive: true });
});

async function assay(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, DATABASE_URL: log.database.url, AUDIT_HMAC_KEY: '' };
  const run = promisify(execFile)(process.execPath, [main, ...args], { env });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test('a month is exported, verified, detached and dropped; the rest verifies', async () => {
  const file = join(folder, '2024-03.ndjson');
  const retired = await assay('audit', 'retire', '2024-03', '--export', file);
  expect(retired).toMatchObject({ code: 0 });
  expect(retired.stdout).toContain('entries 0 to 699');
  expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(701);
  const other = join(folder, 'other');
  await writeFile(other, 'another file');
  const refused = await assay('audit', 'drop', '2024-03', '--export', other);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('exported with another hash') });
  await rm(other);
  expect(await assay('audit', 'drop', '2024-03', '--export', file)).toMatchObject({ code: 0 });
  const { rows } = await log.database.ownerPool.query(
    "SELECT to_regclass('audit.entries_2024_03') AS left, count(*) AS entries FROM audit.entries",
  );
  expect(rows).toEqual([{ left: null, entries: 40 }]);
  const verified = await assay('verify', 'audit', '--json');
  expect(JSON.parse(verified.stdout)).toMatchObject({ valid: true, checked: 40, size: 740 });
  const events = await log.database.ownerPool.query('SELECT event FROM audit.outbox');
  expect(events.rows.map(({ event }) => JSON.parse(event.toString()).action)).toEqual([
    'audit.month_retired',
    'audit.month_dropped',
  ]);
}, 60_000);

test('a log that does not verify is not detached, and says so', async () => {
  await log.database.ownerPool.query('SELECT audit.make_month($1)', ['2024-04-01']);
  await log.database.ownerPool.query("UPDATE audit.entries SET leaf = leaf || '\\x20' WHERE seq = 710");
  const refused = await assay('audit', 'retire', '2024-04', '--export', join(folder, '2024-04.ndjson'));
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('NOT VALID at seq 710') });
  expect(await readdir(folder)).toEqual(['2024-03.ndjson']);
  const verified = await assay('verify', 'audit');
  expect(verified).toMatchObject({ code: 1, stdout: expect.stringContaining('edited at seq 710') });
}, 60_000);

test('keys are made in note form', async () => {
  const { stdout, stderr } = await assay('audit', 'keygen', '--name', 'example.com/audit');
  expect(stdout).toMatch(/^PRIVATE\+KEY\+example\.com\/audit\+[0-9a-f]{8}\+\S{44}\n$/);
  expect(stderr).toMatch(/verifier key: example\.com\/audit\+[0-9a-f]{8}\+\S{44}\n/);
  expect(await assay('audit', 'retire', '2024-13', '--export', join(folder, 'x'))).toMatchObject({ code: 1 });
}, 60_000);
