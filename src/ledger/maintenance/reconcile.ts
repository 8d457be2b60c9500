import type { Pool } from 'pg';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { type LedgerReport, verifyLedger } from '../verify/verify-ledger.ts';

export interface ReconcileDeps {
  /** Of a replica where there is one: it reads all of the history. */
  pool: Pool;
  idempotencyRetentionHours: number;
  log: Logger;
  /** Balances in the shared cache that differ from the database at the same version; undefined where there is no cache. */
  countCacheMismatches?: (() => Promise<number>) | undefined;
}

/** What is kept of a run, for the metrics. */
export interface Reconciliation
  extends Pick<LedgerReport, 'negativeBalances' | 'conservationError' | 'totals'> {
  /** Null: there is no shared cache, or it did not answer. */
  cacheMismatches: number | null;
}

/** Violations that are logged one by one; the metrics have the totals, and `assay verify ledger --json` has more. */
const loggedMax = 10;

/** Verifies the whole ledger. A violation is an alarm, not an error: the run succeeds. */
export async function reconcile(deps: ReconcileDeps, signal: AbortSignal): Promise<Reconciliation> {
  const { pool, idempotencyRetentionHours, log } = deps;
  const report = await verifyLedger(pool, { idempotencyRetentionHours, signal });
  const mismatches = await deps.countCacheMismatches?.().catch((err: unknown) => {
    log.warn({ err }, 'Redis does not answer; its balances were not compared');
    return undefined;
  });
  for (const violation of report.violations.slice(0, loggedMax)) {
    log.error({ event: 'ledger_violation', ...violation }, 'the ledger breaks a rule');
  }
  const { tenants, transfers, totals, negativeBalances, conservationError } = report;
  log.info(
    { event: 'ledger_reconciled', tenants, transfers, totals, cache_mismatches: mismatches },
    'ledger reconciled',
  );
  return { negativeBalances, conservationError, totals, cacheMismatches: mismatches ?? null };
}

/** The gauges are of the last run of any worker. Before the first they are absent: a 0 that nobody computed says nothing. */
export function publishReconciliation(found: Reconciliation, metrics: Metrics): void {
  metrics.gauge('credits_negative_balance_count').set(found.negativeBalances);
  metrics.gauge('credits_conservation_error').set(found.conservationError);
  const violations = metrics.gauge('credits_ledger_violations');
  // Kinds that are gone must not keep their last figure.
  violations.reset();
  for (const [kind, total] of Object.entries(found.totals)) violations.set({ kind }, total);
  if (found.cacheMismatches !== null) metrics.gauge('credits_cache_mismatches').set(found.cacheMismatches);
}
