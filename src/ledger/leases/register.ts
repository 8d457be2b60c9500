import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { ConflictError } from '../../platform/errors.ts';
import type { Ledger } from '../engine/create-ledger.ts';
import type { Answer, Envelope } from '../operation.ts';

export interface Registration {
  owner: string;
  instance: string;
  incarnation: string;
  bootId: string;
  /** How far each lease of the former incarnation may have been spent. */
  journal: ReadonlyMap<string, number>;
  ttlMs: number;
}

/** A lease of the former incarnation and what became of it. */
export interface HandedOn {
  lease_id: string;
  tenant_id: string;
  amount: number;
  settled: number;
  /** Only `active` ones may be spent. */
  state: string;
  epoch: number;
  ttl_ms: number;
}

/**
 * Starts an incarnation: from here on, the one before is fenced. Its leases go on where the journal knows them, written under
 * the same boot; the others become unresolved. Those that are unresolved already are told too: the journal may know what was spent.
 *
 * The epoch is committed first and by itself. Whoever is being given a lease at the old one has locked the sidecar's row, so
 * what is listed behind is all there is; and a call that is cut off in the middle is finished by the next.
 *
 * @throws ConflictError `stale_epoch`: the incarnation was overtaken by another.
 */
export async function register(
  { pool, ledger }: { pool: Pool; ledger: Ledger },
  registration: Registration,
  envelope: Envelope,
): Promise<{ epoch: number; leases: HandedOn[] }> {
  const { owner, instance, incarnation, bootId, journal, ttlMs } = registration;
  const registered = await pool.query<{ epoch: number }>(sql(import.meta.url, './sql/register-sidecar.sql'), [
    owner,
    instance,
    incarnation,
    bootId,
  ]);
  const row = registered.rows[0];
  if (row === undefined) {
    const detail = `${instance} was registered as ${incarnation} before and as another incarnation since; use a new name`;
    throw new ConflictError('stale_epoch', detail);
  }
  const { epoch } = row;
  const former = await pool.query<{ tenant_id: string; lease_id: string; boot_id: string }>(
    sql(import.meta.url, './sql/leases-of-former-incarnations.sql'),
    [owner, instance, epoch],
  );
  const answers = await Promise.all(
    former.rows.map(({ tenant_id: tenantId, lease_id: leaseId, boot_id }) => {
      const watermark = boot_id === bootId ? (journal.get(leaseId) ?? null) : null;
      const operation = { op: 'adopt', tenantId, leaseId, epoch, watermark, ttlMs } as const;
      return ledger.apply({ operation, idempotency: null }, envelope);
    }),
  );
  return { epoch, leases: answers.map(handedOn) };
}

function handedOn({ body }: Answer): HandedOn {
  return JSON.parse(body) as HandedOn;
}
