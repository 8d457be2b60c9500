import type { ClientBase, Pool } from 'pg';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { endOnAbort } from '../../platform/database/end-on-abort.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { type CheckName, checks } from './checks.ts';

export interface VerifyOptions {
  /** Only this tenant; by default all. */
  tenantId?: string;
  /** How long an idempotency key must not be answered again; what the ledger is configured with. */
  idempotencyRetentionHours: number;
  /** Called before each check, for progress. */
  onCheck?: (check: CheckName) => void;
  /** Ends the verification, also in the middle of a statement. */
  signal?: AbortSignal;
}

/** A rule of the ledger that does not hold. */
export interface Violation {
  check: CheckName;
  /** The invariant of the design it breaks: L1 … L6, or I1 of leases. */
  invariant: string;
  kind: string;
  tenantId: string;
  /** What was found and what was expected, with the numbers. */
  says: string;
}

export interface LedgerReport {
  tenants: number;
  transfers: number;
  /** The first of them, in the order of the checks and of tenants; at most `violationsMax` a check. */
  violations: Violation[];
  /** How many there are of each kind; kinds without any are left out. */
  totals: Record<string, number>;
  /** Tenants with an account below zero, now or ever. */
  negativeBalances: number;
  /** Credits by which accounts, history and grants disagree, over all tenants. */
  conservationError: number;
}

/** More of one check say nothing new; memory stays bounded whatever was broken. */
const violationsMax = 100;

/**
 * Recomputes the ledger from its history: every balance there ever was (L1), accounts, history and grants against each
 * other (L2), answers against keys (L3), holds (L4), leases (I1). Reads one snapshot and writes nothing, so a replica serves.
 * PostgreSQL does the sums, spilling to disk where they are large; only violations come here.
 *
 * @param pool of the application role, on the primary or a replica.
 */
export function verifyLedger(pool: Pool, options: VerifyOptions): Promise<LedgerReport> {
  return withTransaction(
    pool,
    async (client) => {
      await client.query('SET TRANSACTION READ ONLY');
      await allowLongTransaction(client);
      const { signal } = options;
      const work = () => verifySnapshot(client, options);
      return signal === undefined ? work() : endOnAbort(client, signal, work);
    },
    'REPEATABLE READ',
  );
}

/** As `verifyLedger`, in the caller's transaction; to be consistent it must be REPEATABLE READ. */
export async function verifySnapshot(client: ClientBase, options: VerifyOptions): Promise<LedgerReport> {
  const tenantId = options.tenantId ?? null;
  const violations: Violation[] = [];
  const totals: Record<string, number> = {};
  for (const { name, invariants, file, takesRetention } of checks) {
    options.onCheck?.(name);
    const retention = takesRetention ? [options.idempotencyRetentionHours] : [];
    const { rows } = await client.query<FoundRow>(sql(import.meta.url, file), [
      tenantId,
      violationsMax,
      ...retention,
    ]);
    for (const row of rows) {
      const invariant = invariants[row.kind] ?? invariants.default;
      violations.push({ check: name, invariant, kind: row.kind, tenantId: row.tenant_id, says: row.says });
    }
    addTotals(totals, rows);
  }
  const { rows } = await client.query<SummaryRow>(sql(import.meta.url, './sql/summary.sql'), [tenantId]);
  const summary = rows[0]!;
  return {
    tenants: summary.tenants,
    transfers: summary.transfers,
    violations,
    totals,
    negativeBalances: summary.negative_balances,
    conservationError: summary.conservation_error,
  };
}

interface FoundRow {
  kind: string;
  tenant_id: string;
  says: string;
  /** Of its kind, found by this check. */
  total: number;
}

interface SummaryRow {
  tenants: number;
  transfers: number;
  negative_balances: number;
  conservation_error: number;
}

/** One kind may be found by two checks, such as a balance below zero. */
function addTotals(totals: Record<string, number>, rows: readonly FoundRow[]): void {
  const found = new Map(rows.map((row) => [row.kind, row.total]));
  for (const [kind, total] of found) totals[kind] = (totals[kind] ?? 0) + total;
}
