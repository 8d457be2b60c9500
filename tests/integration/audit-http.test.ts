import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Pool } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpointText } from '../../src/audit/checkpoints/checkpoint.ts';
import { generateSignerKey, parseSignerKey } from '../../src/audit/checkpoints/note-key.ts';
import { publishCheckpoint } from '../../src/audit/checkpoints/publish-checkpoint.ts';
import { signatureLine } from '../../src/audit/checkpoints/signed-note.ts';
import { submitToWitness } from '../../src/audit/checkpoints/submit-to-witness.ts';
import { noteVerifierKey } from '../../src/audit/checkpoints/verifier-keys.ts';
import { insertEvents } from '../../src/audit/events/insert-events.ts';
import { createLeafWriter } from '../../src/audit/leaf/leaf-writer.ts';
import { sequenceBatch } from '../../src/audit/sequencer/sequence-batch.ts';
import { TenantHeadCache } from '../../src/audit/sequencer/tenant-heads.ts';
import { spendEvent } from '../../src/audit/test-support/events.ts';
import { verifyConsistency, verifyInclusion } from '../../src/audit/tree/verify-proof.ts';
import { handleWitnessRequest } from '../../src/audit/witness/witness-http.ts';
import { openWitnessStore } from '../../src/audit/witness/witness-store.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

const log = parseSignerKey(generateSignerKey('example.com/log', 1));
const witness = parseSignerKey(generateSignerKey('example.com/witness', 4));
const verifier = fileURLToPath(new URL('../../verifier/assay-verify.mjs', import.meta.url));

let api: TestApi;
let pool: Pool;
let folder: string;
let store: ReturnType<typeof openWitnessStore>;
const witnessFetch: typeof fetch = (url, init) =>
  handleWitnessRequest(
    {
      signer: witness,
      logs: new Map([[log.verifier.name, [log.verifier]]]),
      store,
      clock: Date.now,
    },
    new Request(url, init),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'audit-http-'));
  store = openWitnessStore(join(folder, 'witness.sqlite'));
  api = await createTestApi({ AUDIT_CHECKPOINT_PATH: join(folder, 'checkpoint') });
  pool = createPool(api.deps.config, 'sequencer', { size: 2 });
  await noteVerifierKey(pool, { verifier_key: log.verifier.text, role: 'log' });
  await noteVerifierKey(pool, { verifier_key: witness.verifier.text, role: 'witness' });
  await grow(0, 100);
  await grow(100, 57);
});
afterAll(async () => {
  await pool.end();
  await api.close();
  store.close();
  await rm(folder, { recursive: true });
});

async function grow(from: number, count: number): Promise<void> {
  const deps = {
    pool,
    writer: createLeafWriter(Buffer.from('key')),
    tenantHeads: new TenantHeadCache(),
    clock: Date.now,
  };
  await insertEvents(
    api.deps.pool,
    Array.from({ length: count }, (_, i) => spendEvent(from + i, 5)),
  );
  await sequenceBatch(deps);
  const path = join(folder, 'checkpoint');
  await publishCheckpoint({ pool, signer: log, path, clock: Date.now });
  await submitToWitness({ pool, url: 'http://witness', key: witness.verifier, fetch: witnessFetch });
}

const get = (path: string, key = testAdminKey) => api.send('GET', path, { key });
const bytes = (text: string) => Buffer.from(text, 'base64');

async function offline(exported: string, ...args: string[]) {
  const file = join(folder, 'export.ndjson');
  await writeFile(file, exported);
  const { stdout } = await run(file, '--json', ...args).catch((error: { stdout: string }) => error);
  return JSON.parse(stdout);
}

const run = (file: string, ...args: string[]) =>
  promisify(execFile)(process.execPath, [verifier, file, '--key', log.verifier.text, ...args]);

test('checkpoints need no key; keys are in note form', async () => {
  const newest = await api.send('GET', '/audit/checkpoint');
  expect(newest.headers.get('content-type')).toMatch(/^text\/plain/);
  expect(newest.text).toMatch(
    /^example\.com\/log\n157\n.{44}\n\n— example\.com\/log \S+\n— example\.com\/witness \S+\n$/,
  );
  expect((await api.send('GET', '/audit/checkpoint?size=100')).text).toMatch(/^example\.com\/log\n100\n/);
  expect((await api.send('GET', '/audit/checkpoint?size=99')).status).toBe(404);
  expect((await get('/audit/keys')).body).toEqual({
    log: [log.verifier.text],
    witness: [witness.verifier.text],
  });
  expect((await api.send('GET', '/audit/keys')).status).toBe(401);
});

test('entries carry event, leaf and hashes, page by page', async () => {
  const first = await get('/audit/entries?limit=100');
  expect(first.body.entries).toHaveLength(100);
  expect(first.body.next_seq).toBe(100);
  expect(first.body.entries[7]).toMatchObject({
    seq: 7,
    tenant_id: 'tenant-2',
    tenant_seq: 1,
    event: spendEvent(7, 5),
  });
  const rest = await get('/audit/entries?from_seq=100&limit=1000');
  expect(rest.body).toMatchObject({ next_seq: null });
  expect(rest.body.entries).toHaveLength(57);
});

test('a key bound to a tenant sees its own entries alone', async () => {
  const key = await api.key({ scopes: ['audit:read'], tenantId: 'tenant-3' });
  const { body } = await get('/audit/entries?limit=1000', key);
  expect(new Set(body.entries.map((entry: { tenant_id: string }) => entry.tenant_id))).toEqual(
    new Set(['tenant-3']),
  );
  expect((await get('/audit/entries?tenant_id=tenant-1', key)).status).toBe(404);
  const exported = await get('/audit/export', key);
  expect(await offline(exported.text)).toMatchObject({ valid: true, checked: 31 });
  const left = exported.text.split('\n').toSpliced(5, 1).join('\n');
  expect(await offline(left), 'one of the tenant left out').toMatchObject({ valid: false });
  expect((await get('/audit/export?tenant_id=tenant-1', key)).status).toBe(404);
  const other = await api.key({ scopes: ['credits:read'] });
  expect((await get('/audit/entries', other)).status).toBe(403);
});

test('proofs verify, at checkpoints and between', async () => {
  const { body: entries } = await get('/audit/entries?limit=1000');
  for (const size of [157, 100, 101]) {
    const root = bytes(
      (await get(`/audit/proof/consistency?from=0&to=${size}`)).status === 200 ? await rootAt(size) : '',
    );
    for (const seq of [0, 1, 64, 99]) {
      const { body } = await get(`/audit/proof/inclusion?seq=${seq}&size=${size}`);
      expect(body.leaf_hash).toBe(entries.entries[seq].leaf_hash);
      expect(verifyInclusion(seq, size, bytes(body.leaf_hash), body.proof.map(bytes), root)).toBe(true);
    }
  }
  const { body } = await get('/audit/proof/consistency?from=100&to=157');
  const [from, to] = [bytes(await rootAt(100)), bytes(await rootAt(157))];
  expect(verifyConsistency(100, 157, from, to, body.proof.map(bytes))).toBe(true);
  expect((await get('/audit/proof/inclusion?seq=157')).status).toBe(404);
  expect((await get('/audit/proof/inclusion?seq=1&size=158')).status).toBe(400);
  for (const path of ['/audit/proof/consistency', '/audit/export', '/credits/audit/verify'])
    expect((await get(`${path}?from=9&to=8`)).status, path).toBe(400);
  for (const count of ['', '0x3', '1e1', '-1', '1.5', 'x', '9007199254740992'])
    expect((await get(`/audit/proof/inclusion?seq=${count}`)).status, count).toBe(400);
});

async function rootAt(size: number): Promise<string> {
  const { body } = await get(`/credits/audit/verify?to=${size}`);
  expect(body).toMatchObject({ valid: true, checked: size, first_bad_seq: null, reason: null });
  return body.root;
}

describe('an export and the offline verifier', () => {
  test('the whole log', async () => {
    const { text, headers } = await get('/audit/export');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(Object.keys(lines[0])).toEqual(['origin', 'checkpoint']);
    expect(Object.keys(lines[1])).toEqual(['seq', 'leaf', 'chain_hash']);
    expect(lines).toHaveLength(158);
    const older = join(folder, 'older');
    await writeFile(older, (await api.send('GET', '/audit/checkpoint?size=100')).text);
    const verdict = await offline(text, '--witness', witness.verifier.text, '--checkpoint', older);
    expect(verdict).toMatchObject({ valid: true, checked: 157, size: 157, root: await rootAt(157) });
  });

  test('a part, with proofs', async () => {
    const { text } = await get('/audit/export?from=40&to=120');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(Object.keys(lines[0])).toEqual(['origin', 'checkpoint', 'prev_chain_hash']);
    expect(Object.keys(lines[1])).toEqual(['seq', 'leaf', 'chain_hash', 'inclusion']);
    expect(await offline(text)).toMatchObject({ valid: true, checked: 80 });
    const forged = text.replace(lines[9].inclusion[2], lines[9].inclusion[1]);
    expect(await offline(forged)).toMatchObject({ valid: false });
    const first = (await get('/audit/export?from=0&to=3')).text;
    const { prev_chain_hash: before } = JSON.parse(first.split('\n')[0]!);
    expect(await offline(first)).toMatchObject({ valid: true, checked: 3 });
    expect(await offline(first.replace(before, lines[0].prev_chain_hash))).toMatchObject({
      first_bad_seq: 0,
    });
  });

  test('a part continues an older checkpoint by a consistency proof, and not without', async () => {
    const { text } = await get('/audit/export?from=150');
    const [older, proof] = [join(folder, 'older'), join(folder, 'proof.json')];
    for (const size of [1, 64, 100, 127, 156]) {
      const checkpoint = checkpointText({
        origin: 'example.com/log',
        size,
        rootHash: bytes(await rootAt(size)),
      });
      await writeFile(older, `${checkpoint}\n${signatureLine(checkpoint, log, 0)}\n`);
      const answer = await get(`/audit/proof/consistency?from=${size}`);
      await writeFile(proof, answer.text);
      const verdict = await offline(text, '--checkpoint', older, '--proof', proof);
      expect(verdict, `${size}`).toMatchObject({ valid: true, checked: 7 });
      const { proof: hashes } = answer.body;
      await writeFile(
        proof,
        JSON.stringify({ ...answer.body, proof: hashes.toSpliced(0, 1, hashes.at(-1)) }),
      );
      const forged = await offline(text, '--checkpoint', older, '--proof', proof);
      expect(forged.valid, `${size}`).toBe(hashes.length === 1);
    }
    const alone = run(join(folder, 'export.ndjson'), '--checkpoint', older);
    await expect(alone).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('consistency?from=156&to=157'),
    });
  });

  test("a tenant's says which of its entries it has, since none shows that the last is missing", async () => {
    const { text } = await get('/audit/export?tenant_id=tenant-3');
    await writeFile(join(folder, 'export.ndjson'), text.trimEnd().split('\n').toSpliced(1, 1).join('\n'));
    const { stdout } = await run(join(folder, 'export.ndjson'));
    expect(stdout).toMatch(/^VALID: 30 entries of tenant tenant-3, its 1 to 30, of example\.com\/log at 157/);
  });

  test('names the first entry that was changed, left out, moved or cut off', async () => {
    const { text } = await get('/audit/export');
    const lines = text.trimEnd().split('\n');
    const edit = (n: number, change: (entry: { seq: number; leaf: string }) => unknown) =>
      lines.with(n + 1, JSON.stringify(change(JSON.parse(lines[n + 1]!)))).join('\n');
    const amount = (leaf: string) =>
      Buffer.from(bytes(leaf).toString().replace('"amount":', '"amount":1')).toString('base64');
    const bad = (exported: string) => offline(exported).then(({ first_bad_seq }) => first_bad_seq);
    expect(await bad(edit(33, (entry) => ({ ...entry, leaf: amount(entry.leaf) })))).toBe(33);
    expect(await bad(lines.toSpliced(51, 1).join('\n'))).toBe(50);
    expect(await bad(lines.toSpliced(10, 2, lines[11]!, lines[10]!).join('\n'))).toBe(9);
    expect(await bad(lines.slice(0, 101).join('\n'))).toBe(100);
    expect(await bad(edit(156, (entry) => ({ ...entry, chain_hash: 'AAAA' })))).toBe(156);
    const stranger = parseSignerKey(generateSignerKey('example.com/log', 1)).verifier.text;
    const file = join(folder, 'export.ndjson');
    const other = promisify(execFile)(process.execPath, [verifier, file, '--key', stranger]);
    await expect(other).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('not signed by the key'),
    });
  });
});

test('verification names what was edited, and counts it', async () => {
  const owner = api.database.ownerPool;
  await owner.query(`UPDATE audit.entries SET tenant_seq = 99 WHERE seq = 44`);
  const { body } = await get('/credits/audit/verify');
  expect(body).toMatchObject({ valid: false, checked: 44, first_bad_seq: 44, root: null, size: 157 });
  expect(body.reason).toMatch(/^edited: /);
  await owner.query(`UPDATE audit.entries SET tenant_seq = 8 WHERE seq = 44`);
  const metrics = await api.deps.metrics.text();
  expect(metrics).toMatch(/^credits_audit_chain_integrity_errors 1$/m);
});

test('a refused admin action is logged with who asked for what', async () => {
  const key = await api.key({ scopes: ['audit:read'], tenantId: 'tenant-2' });
  const refused = await api.send('POST', '/audit/erase', { key, body: { subject: 'jane' } });
  expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  const { rows } = await api.deps.pool.query('SELECT event FROM audit.outbox ORDER BY id DESC LIMIT 1');
  expect(JSON.parse(rows[0].event.toString())).toMatchObject({
    action: 'admin.refused',
    actor: key.split('_')[1],
    tenant_id: 'tenant-2',
    success: false,
    code: 'forbidden',
    details: { method: 'POST', route: '/audit/erase' },
  });
});

test('a flush is a job; erasing a subject is logged without naming it', async () => {
  expect(await api.send('POST', '/audit/flush', { key: testAdminKey })).toMatchObject({ status: 202 });
  const erased = await api.send('POST', '/audit/erase', {
    key: testAdminKey,
    body: { tenant_id: 'tenant-1', subject: 'jane' },
  });
  expect(erased).toMatchObject({ status: 200, body: { success: true, tenant_id: 'tenant-1' } });
  const { rows } = await api.deps.pool.query('SELECT event FROM audit.outbox ORDER BY id DESC LIMIT 1');
  const event = rows[0].event.toString();
  expect(JSON.parse(event)).toMatchObject({ action: 'data.erased', tenant_id: 'tenant-1', success: true });
  expect(event).not.toContain('jane');
});
