import type { Pool } from 'pg';
import { generateSignerKey, parseSignerKey } from '../src/audit/checkpoints/note-key.ts';
import { publishCheckpoint } from '../src/audit/checkpoints/publish-checkpoint.ts';
import { encodeEvent } from '../src/audit/events/encode-event.ts';
import { createLeafWriter } from '../src/audit/leaf/leaf-writer.ts';
import { readBacklog } from '../src/audit/sequencer/read-backlog.ts';
import { startSequencer } from '../src/audit/sequencer/run-sequencer.ts';
import { createSequencing, sequenceBatch } from '../src/audit/sequencer/sequence-batch.ts';
import { TenantHeadCache } from '../src/audit/sequencer/tenant-heads.ts';
import { spendEvent } from '../src/audit/test-support/events.ts';
import { verifyLog } from '../src/audit/verify/verify-log.ts';
import { createPool } from '../src/platform/database/pool.ts';
import { copyReadyEntries, readyEntries } from './audit-reference.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

/** Ten batches: long enough that what one commit or one checkpoint costs is lost in it. */
const entries = 50_000;
const tenants = 10_000;

/**
 * P5: a full outbox to a log under a signed checkpoint, by the sequencer as a worker runs it, against COPY of the same rows,
 * ready-made, into a table with the same indexes, in transactions of the same size: no hashing, no outbox, no tree.
 */
export async function auditScenario(context: BenchContext): Promise<BenchRow[]> {
  const owner = createPool(context.config, 'owner', { applicationName: 'assay-bench' });
  const pool = createPool(context.config, 'sequencer', { applicationName: 'assay-bench', size: 3 });
  try {
    const ours = sequencing(context, owner, pool);
    await ours(); // compiled, files of the tables there
    const ready = await readyEntries(owner, entries);
    const reference = async () => (entries / (await copyReadyEntries(owner, ready))) * 1_000;
    await reference();
    const { a, b, ratio, ranges } = await alternate(context.rounds, ours, reference);
    const verified = await verifySpeed(pool);
    return [
      {
        id: 'P5',
        scenario: `outbox to signed checkpoint, ${entries.toLocaleString('en')} entries of ${tenants.toLocaleString('en')} tenants`,
        assay: a,
        reference: b,
        ratio,
        ranges,
        floor: 0.2,
        goal: 0.5,
        unit: 'entries/s',
        note: `besides the ratio: at least 10,000 entries/s, aim 20,000. Verification reads ${Math.round(verified).toLocaleString('en')} entries/s (aim 40,000 a core)`,
      },
    ];
  } finally {
    await pool.end();
    await owner.end();
  }
}

function sequencing(context: BenchContext, owner: Pool, pool: Pool): () => Promise<number> {
  const signer = parseSignerKey(generateSignerKey('bench.local/audit', 1));
  const deps = {
    pool,
    writer: createLeafWriter(Buffer.from('bench')),
    tenantHeads: new TenantHeadCache(),
    clock: Date.now,
  };
  const sequencing = createSequencing(deps);
  let made = 0;
  return async () => {
    while (!(await isEmpty(pool))) await sequenceBatch(deps); // what others left
    const { size: before } = await readBacklog(pool);
    await fillOutbox(context.pool, made);
    made += entries;
    await owner.query('VACUUM ANALYZE audit.outbox'); // what autovacuum does between two floods
    const done = Promise.withResolvers<void>();
    const started = performance.now();
    const sequencer = startSequencer(
      {
        sequence: sequencing.next,
        rest: sequencing.rest,
        publish: () => publishCheckpoint({ pool, signer, clock: Date.now }),
        backlog: async () => ({ waiting: 0, size: 0, published: 0 }),
      },
      {
        onSequenced: () => {},
        onBacklog: () => {},
        onPublished: ({ size }) => {
          if (size === before + entries) done.resolve();
        },
        onInconsistent: done.reject,
        onError: done.reject,
      },
      () => performance.now(),
    );
    void sequencer.flush();
    await done.promise;
    const elapsedMs = performance.now() - started;
    await sequencer.stop();
    return (entries / elapsedMs) * 1_000;
  };
}

async function isEmpty(pool: Pool): Promise<boolean> {
  return (await readBacklog(pool)).waiting === 0;
}

const insertSize = 5_000;

async function fillOutbox(pool: Pool, from: number): Promise<void> {
  for (let at = from; at < from + entries; at += insertSize) {
    const events = Array.from({ length: insertSize }, (_, i) => spendEvent(at + i, tenants));
    await pool.query(
      'INSERT INTO audit.outbox (event_id, tenant_id, event) SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[])',
      [
        events.map((event) => event.event_id),
        events.map((event) => event.tenant_id),
        events.map(encodeEvent),
      ],
    );
  }
}

async function verifySpeed(pool: Pool): Promise<number> {
  const started = performance.now();
  const { valid, checked } = await verifyLog(pool, { to: 2 * entries });
  if (!valid) throw new Error('P5: the log that was made does not verify');
  return (checked / (performance.now() - started)) * 1_000;
}
