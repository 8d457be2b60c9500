import { renderRefusal } from '../../api/routes/credits/send-answer.ts';
import { createLedger, type Ledger } from '../../ledger/engine/create-ledger.ts';
import type { Config } from '../../platform/config/load.ts';
import { countSlowStatements } from '../../platform/database/count-slow-statements.ts';
import { observePool } from '../../platform/database/observe-pool.ts';
import { createPool } from '../../platform/database/pool.ts';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { type Breakers, databaseGuard } from '../../platform/resilience/breakers.ts';

export interface ConnectLedgerDeps {
  breakers: Breakers;
  metrics: Metrics;
  lifecycle: Lifecycle;
  clock: () => number;
  onError: (error: Error) => void;
}

/** The server ends a statement itself; this much later it is not coming back. */
const silenceMs = 5_000;

/**
 * Every statement of the ledger finds few rows by an index. Left to itself the planner may choose otherwise: a plan made while
 * a day's partition of keys was empty reads all of it for every key, and a batch of 32 spends took PostgreSQL 43 ms instead
 * of 2 until statistics caught up. So plans are made once a connection (0.4 ms a batch less) and from indexes alone.
 */
export const ledgerPlans = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
} as const;

/** The ledger of a process, with connections of its own: whatever else is asked of the database, money does not wait. */
export function connectLedger(config: Config, deps: ConnectLedgerDeps): Ledger {
  const { breakers, metrics, lifecycle, clock, onError } = deps;
  // One more than lanes, to ask for the fate of a transaction while every lane waits for its own.
  const size = config.ledgerLanes + 1;
  const pool = createPool(config, 'app', {
    applicationName: 'assay-ledger',
    size,
    settings: ledgerPlans,
    onError,
  });
  observePool(pool, 'ledger', metrics);
  countSlowStatements(pool, 'ledger', config.slowStatementMs, metrics);
  const ledger = createLedger({
    pool,
    guard: databaseGuard(breakers, 'ledger'),
    metrics,
    render: renderRefusal,
    lanes: config.ledgerLanes,
    retentionSeconds: config.idempotencyRetentionHours * 3600,
    logRefusals: config.auditRefusedSpends,
    answerTimeoutMs: config.databaseStatementTimeoutMs + silenceMs,
    pendingMax: config.ledgerPendingMax,
    clock,
    random: Math.random,
  });
  lifecycle.onStop({ name: 'ledger', phase: 'flush', run: () => ledger.close() });
  lifecycle.onStop({ name: 'ledger connections', phase: 'close', run: () => pool.end() });
  return ledger;
}
