import type { Pool } from 'pg';
import type { NamedKey } from '../../platform/config/named-key.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { insertEvents } from '../events/insert-events.ts';
import { recordEvent } from '../events/record-event.ts';
import type { Random } from './aes-gcm.ts';
import { rewrapDataKey, type WrappedKey } from './data-key.ts';
import { type DataKeyRow, wrappedKeyOf } from './data-key-rows.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';

export interface RotateDeps {
  /** Connections as the application role. */
  pool: Pool;
  /** The first is the one to wrap under; every other one that is in use must be among them. */
  keys: readonly NamedKey[];
  random: Random;
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** Told after each batch, with the data keys that were to be done when it began. */
  onProgress?: (done: number, total: number) => void;
  batchSize?: number;
  /** Between two passes over rows that others hold. */
  sleep: (ms: number) => Promise<unknown>;
}

export interface RotateResult {
  rewrapped: number;
  /** Data keys that are still wrapped under another key: held by others all the while, or broken. */
  remaining: number;
  /** Ids of data keys that do not unwrap, the first few of them. */
  broken: string[];
}

/** A batch of 500 takes about 20 ms, so that a request that wants one of its rows (an erasure) waits no longer. */
const batchSizeByDefault = 500;

/** What others hold, erasures and other rotations, they hold for milliseconds. */
const passesMax = 20;
const passPauseMs = 250;

const brokenShownMax = 20;
const noUuid = '00000000-0000-0000-0000-000000000000';

/**
 * Wraps every data key anew under the first of the keys, in small transactions, beside running processes: what is sealed is
 * not touched, and a process that knows both keys reads every row at every moment. The rows themselves say what is left to do,
 * so a rotation that was broken off goes on where it stopped, two at once share the work, and a finished one does nothing.
 * What a transaction rewrapped is in the audit log by the same transaction, so a rotation that is killed is told as far as it got.
 *
 * @throws KeyMissingError before anything is changed, when a key that is in use was not given.
 */
export async function rotateDataKeys(deps: RotateDeps): Promise<RotateResult> {
  const ring = createKeyRing(deps.keys);
  const current = ring.current().id;
  const total = await countOthers(deps.pool, ring, current);
  const result: RotateResult = { rewrapped: 0, remaining: total, broken: [] };
  for (let pass = 0; pass < passesMax && result.remaining > 0; pass++) {
    if (pass > 0) await deps.sleep(passPauseMs);
    const before = result.rewrapped;
    result.broken = [];
    for (const { keyId } of await countDataKeys(deps.pool)) {
      if (keyId !== current) await rotateFrom(keyId, ring, deps, result, total);
    }
    result.remaining = await countOthers(deps.pool, ring, current);
    // Broken rows do not mend.
    if (result.rewrapped === before && result.broken.length >= result.remaining) break;
  }
  return result;
}

/** How many live data keys are wrapped under which key-encryption key. */
export async function countDataKeys(pool: Pool): Promise<{ keyId: string; dataKeys: number }[]> {
  const { rows } = await pool.query<{ kek_id: string; data_keys: number }>(
    sql(import.meta.url, './sql/count-data-keys.sql'),
  );
  return rows.map((row) => ({ keyId: row.kek_id, dataKeys: row.data_keys }));
}

async function countOthers(pool: Pool, ring: KeyRing, current: string): Promise<number> {
  const others = (await countDataKeys(pool)).filter(({ keyId }) => keyId !== current);
  for (const { keyId } of others) ring.find(keyId);
  return others.reduce((sum, { dataKeys }) => sum + dataKeys, 0);
}

/** One pass over the data keys of one key-encryption key. */
async function rotateFrom(
  keyId: string,
  ring: KeyRing,
  deps: RotateDeps,
  result: RotateResult,
  total: number,
): Promise<void> {
  const size = deps.batchSize ?? batchSizeByDefault;
  let after: Pick<WrappedKey, 'tenantId' | 'dataKeyId'> = { tenantId: '', dataKeyId: noUuid };
  for (;;) {
    const batch = await rotateBatch(keyId, ring, deps, after, size);
    result.rewrapped += batch.rewrapped;
    result.broken.push(...batch.broken.slice(0, brokenShownMax - result.broken.length));
    deps.onProgress?.(result.rewrapped, Math.max(total, result.rewrapped));
    if (batch.last === undefined) return;
    after = batch.last;
  }
}

interface Batch {
  rewrapped: number;
  broken: string[];
  /** The last row that was looked at; undefined when there was none. */
  last: WrappedKey | undefined;
}

function rotateBatch(
  keyId: string,
  ring: KeyRing,
  { pool, random, clock }: RotateDeps,
  after: Pick<WrappedKey, 'tenantId' | 'dataKeyId'>,
  size: number,
): Promise<Batch> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<DataKeyRow>(sql(import.meta.url, './sql/take-data-keys.sql'), [
      keyId,
      after.tenantId,
      after.dataKeyId,
      size,
    ]);
    const taken = rows.map(wrappedKeyOf).filter((key) => key !== undefined);
    const rewrapped: WrappedKey[] = [];
    const broken: string[] = [];
    for (const key of taken) {
      try {
        rewrapped.push(rewrapDataKey(key, ring.find(keyId), ring.current(), random));
      } catch {
        broken.push(key.dataKeyId); // one changed row must not keep all others under a key that shall go
      }
    }
    if (rewrapped.length > 0) {
      await client.query(sql(import.meta.url, './sql/store-rewrapped.sql'), [
        ring.current().id,
        rewrapped.map((key) => key.tenantId),
        rewrapped.map((key) => key.dataKeyId),
        rewrapped.map((key) => key.wrapped),
      ]);
      const details = { data_keys: rewrapped.length, from: keyId, to: ring.current().id };
      const event = recordEvent({ action: 'data.rewrapped', actor: 'cli', tenantId: null, details }, clock());
      await insertEvents(client, [event]);
    }
    return { rewrapped: rewrapped.length, broken, last: taken.at(-1) };
  });
}
