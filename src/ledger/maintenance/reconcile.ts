import type { Pool } from 'pg';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { type LedgerReport, verifyLedger } from '../verify/verify-ledger.ts';

export interface ReconcileDeps {
  /** Of a replica where there is one: it reads all of the history. */
  pool: Pool;
  idempotencyRetentionHours: number;
  log: Logger;
  metrics: Metrics;
  /** Balances in the shared cache that differ from the database at the same version; undefined where there is no cache. */
  countCacheMismatches?: (() => Promise<number>) | undefined;
}

/** Violations that are logged one by one; the metrics have the totals, and `assay verify ledger --json` has more. */
const loggedMax = 10;

/** Verifies the whole ledger and publishes what it found. A violation is an alarm, not an error: the run succeeds. */
export async function reconcile(deps: ReconcileDeps, signal: AbortSignal): Promise<LedgerReport> {
  const { pool, idempotencyRetentionHours, log, metrics } = deps;
  const report = await verifyLedger(pool, { idempotencyRetentionHours, signal });
  metrics.gauge('credits_negative_balance_count').set(report.negativeBalances);
  metrics.gauge('credits_conservation_error').set(report.conservationError);
  const violations = metrics.gauge('credits_ledger_violations');
  // Kinds that are gone must not keep their last figure.
  violations.reset();
  for (const [kind, total] of Object.entries(report.totals)) violations.set({ kind }, total);
  const mismatches = await deps.countCacheMismatches?.().catch((err: unknown) => {
    log.warn({ err }, 'Redis does not answer; its balances were not compared');
    return undefined;
  });
  if (mismatches !== undefined) metrics.gauge('credits_cache_mismatches').set(mismatches);
  for (const violation of report.violations.slice(0, loggedMax)) {
    log.error({ event: 'ledger_violation', ...violation }, 'the ledger breaks a rule');
  }
  const { tenants, transfers, totals } = report;
  log.info(
    { event: 'ledger_reconciled', tenants, transfers, totals, cache_mismatches: mismatches },
    'ledger reconciled',
  );
  return report;
}
