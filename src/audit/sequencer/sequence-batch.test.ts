import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { createPool } from '../../platform/database/pool.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { encodeEvent } from '../events/encode-event.ts';
import { insertEvents } from '../events/insert-events.ts';
import { createLeafWriter } from '../leaf/leaf-writer.ts';
import { readLeaf } from '../leaf/read-leaf.ts';
import { spendEvent } from '../test-support/events.ts';
import { chainHash, chainStart, leafHash } from '../tree/hashing.ts';
import { rootOf } from '../tree/peaks.ts';
import { inclusionPlan } from '../tree/proof-plan.ts';
import { readPeaks, readProof } from '../tree/read-nodes.ts';
import { verifyInclusion } from '../tree/verify-proof.ts';
import { type SequencerDeps, sequenceBatch } from './sequence-batch.ts';
import { TenantHeadCache } from './tenant-heads.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(loadConfig({ DATABASE_URL: database.url }), 'sequencer', { size: 4 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const writer = createLeafWriter(Buffer.from('test key'));
const sequencer = (): SequencerDeps => ({
  pool,
  writer,
  tenantHeads: new TenantHeadCache(),
  clock: Date.now,
});
const events = (from: number, count: number) => Array.from({ length: count }, (_, i) => spendEvent(from + i));

test('entries are numbered, chained and linked; the tree proves each; the outbox is empty', async () => {
  const deps = sequencer();
  const sent = events(0, 137);
  for (const [from, count] of [
    [0, 1],
    [1, 1],
    [2, 35],
    [37, 100],
  ] as const) {
    await insertEvents(database.appPool, sent.slice(from, from + count));
    expect(await sequenceBatch(deps)).toEqual({ sequenced: count, size: from + count });
  }
  expect(await sequenceBatch(deps)).toEqual({ sequenced: 0, size: 137 });
  expect((await database.appPool.query('SELECT count(*) AS n FROM audit.outbox')).rows).toEqual([{ n: 0 }]);
  const { rows } = await database.appPool.query('SELECT * FROM audit.entries ORDER BY seq');
  const head = (await database.appPool.query('SELECT * FROM audit.head')).rows[0];
  const root = rootOf({ size: 137, peaks: head.peaks });
  expect(await readPeaks(database.appPool, 137)).toEqual(head.peaks);
  let chain: Buffer = chainStart;
  const tenants = new Map<string, { seq: number; hash: string }>();
  for (const [i, row] of rows.entries()) {
    const leaf = readLeaf(row.leaf)!;
    const last = tenants.get(row.tenant_id) ?? { seq: -1, hash: Buffer.alloc(32).toString('base64') };
    expect(row.leaf.subarray(9, leaf.eventEnd)).toEqual(encodeEvent(sent[i]!));
    expect(leaf).toMatchObject({
      seq: i,
      tenantId: row.tenant_id,
      tenantSeq: last.seq + 1,
      tenantPrev: last.hash,
    });
    expect(leaf.sequencedAt).toBe(row.sequenced_at.getTime());
    expect(row.leaf_hash).toEqual(leafHash(row.leaf));
    chain = chainHash(chain, row.leaf_hash);
    expect(row.chain_hash).toEqual(chain);
    const proof = await readProof(database.appPool, inclusionPlan(i, 137), 137);
    expect(verifyInclusion(i, 137, row.leaf_hash, proof, root)).toBe(true);
    tenants.set(row.tenant_id, { seq: last.seq + 1, hash: row.leaf_hash.toString('base64') });
  }
  expect(head).toMatchObject({ size: 137, chain_hash: chain });
});

test('a lower id that commits late is taken later, none is lost, whoever sequences', async () => {
  const late = await database.appPool.connect();
  await late.query('BEGIN');
  await insertEvents(late, [{ ...spendEvent(500), tenant_id: 'late' }]);
  await insertEvents(database.appPool, events(501, 3));
  expect(await sequenceBatch(sequencer())).toMatchObject({ sequenced: 3 });
  await late.query('COMMIT');
  late.release();
  expect(await sequenceBatch(sequencer())).toMatchObject({ sequenced: 1 });
});

test('one works, others leave; a batch that fails leaves everything as it was', async () => {
  await insertEvents(database.appPool, events(600, 10));
  const [{ size }] = (await database.appPool.query('SELECT size FROM audit.head')).rows;
  await withTransaction(pool, async (client) => {
    await client.query('SELECT FROM audit.head FOR UPDATE');
    expect(await sequenceBatch(sequencer())).toBe('elsewhere');
  });
  const deps = sequencer();
  await database.ownerPool.query('REVOKE INSERT ON audit.nodes FROM assay_sequencer');
  await expect(sequenceBatch(deps)).rejects.toThrow('permission denied');
  await database.ownerPool.query('GRANT INSERT ON audit.nodes TO assay_sequencer');
  expect((await database.appPool.query('SELECT size FROM audit.head')).rows).toEqual([{ size }]);
  const outcomes = await Promise.all([
    sequenceBatch(deps),
    sequenceBatch(sequencer()),
    sequenceBatch(sequencer()),
  ]);
  const sequenced = outcomes.map((outcome) => (outcome === 'elsewhere' ? 0 : outcome.sequenced));
  expect(sequenced.reduce((a, b) => a + b)).toBe(10);
});

test('the application can neither change nor remove what is in the log or waits for it', async () => {
  for (const statement of [
    'UPDATE audit.entries SET tenant_seq = 0',
    'DELETE FROM audit.entries',
    'INSERT INTO audit.entries SELECT * FROM audit.entries',
    'UPDATE audit.head SET size = 0',
    'DELETE FROM audit.outbox',
    'UPDATE audit.outbox SET tenant_id = tenant_id',
    'TRUNCATE audit.nodes',
    "SELECT audit.make_month('2020-01-01')",
  ]) {
    await expect(database.appPool.query(statement), statement).rejects.toThrow('permission denied');
  }
  await expect(pool.query('UPDATE audit.entries SET seq = 0')).rejects.toThrow('permission denied');
});
