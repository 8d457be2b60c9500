import type { Pool } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../../tests/support/database.ts';
import { loadConfig } from '../../platform/config/load.ts';
import { createPool } from '../../platform/database/pool.ts';
import { findCheckpoint } from '../checkpoints/find-checkpoint.ts';
import { generateSignerKey, parseSignerKey } from '../checkpoints/note-key.ts';
import { publishCheckpoint } from '../checkpoints/publish-checkpoint.ts';
import { insertEvents } from '../events/insert-events.ts';
import { createLeafWriter } from '../leaf/leaf-writer.ts';
import { sequenceBatch } from '../sequencer/sequence-batch.ts';
import { TenantHeadCache } from '../sequencer/tenant-heads.ts';
import { type TrustedCheckpoint, trustNote } from '../verify/trusted.ts';
import { spendEvent } from './events.ts';

export interface LogFixture {
  database: TestDatabase;
  /** Connections as the sequencer. */
  pool: Pool;
  signer: ReturnType<typeof parseSignerKey>;
  hmacKey: Buffer;
  /** Sequences so many more events and publishes a checkpoint. */
  grow(count: number): Promise<void>;
  /** The same at another time than now. */
  growAt(at: string, count: number): Promise<void>;
  /** From here on by another sequencer, which knows nothing yet. */
  restart(): void;
  /** The newest checkpoint, as someone outside keeps it. */
  trusted(): Promise<TrustedCheckpoint>;
  close(): Promise<void>;
}

/** A log in a database of its own. */
export async function createLogFixture(tenants = 10): Promise<LogFixture> {
  const database = await createTestDatabase();
  const pool = createPool(loadConfig({ DATABASE_URL: database.url }), 'sequencer', { size: 2 });
  const signer = parseSignerKey(generateSignerKey('example.com/test-log', 1));
  const hmacKey = Buffer.from('a key for tests');
  const deps = {
    pool,
    writer: createLeafWriter(hmacKey),
    tenantHeads: new TenantHeadCache(),
    clock: Date.now,
  };
  let made = 0;
  const grow = async (count: number) => {
    for (let left = count; left > 0; left -= 5_000) {
      const batch = Math.min(left, 5_000);
      await insertEvents(
        database.appPool,
        Array.from({ length: batch }, () => spendEvent(made++, tenants)),
      );
      await sequenceBatch(deps);
    }
    await publishCheckpoint({ pool, signer, clock: Date.now });
  };
  return {
    database,
    pool,
    signer,
    hmacKey,
    grow,
    growAt: async (at, count) => {
      deps.clock = () => Date.parse(at);
      await grow(count);
      deps.clock = Date.now;
    },
    restart: () => {
      deps.tenantHeads = new TenantHeadCache();
    },
    trusted: async () => {
      const { note } = (await findCheckpoint(database.appPool))!;
      return trustNote(note, [signer.verifier], 'the witness')!;
    },
    close: async () => {
      await pool.end();
      await database.drop();
    },
  };
}
