import type { Pool } from 'pg';
import { keepMonths } from '../audit/retention/keep-months.ts';
import type { Vault } from '../audit/vault/vault.ts';
import { deliverWebhooks } from '../ledger/alerts/deliver-webhooks.ts';
import { reportAlerts } from '../ledger/alerts/report-alerts.ts';
import type { Ledger } from '../ledger/engine/create-ledger.ts';
import { endLapsedLeases } from '../ledger/leases/end-lapsed.ts';
import { keepPartitions } from '../ledger/maintenance/keep-partitions.ts';
import { publishReconciliation, reconcile } from '../ledger/maintenance/reconcile.ts';
import { type DuePoster, sweepDue } from '../ledger/maintenance/sweep-due.ts';
import { foldSummary } from '../ledger/report/fold.ts';
import type { Config } from '../platform/config/load.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import { createDeploymentMetrics } from '../shadow/deployments/publish-deployment-metrics.ts';
import { sweepCanaries } from '../shadow/deployments/sweep-canaries.ts';
import { createTestMetrics } from '../shadow/tests/publish-test-metrics.ts';
import { sweepTests } from '../shadow/tests/sweep-tests.ts';
import { reportingJob, type ScheduledJob } from './scheduled-job.ts';

export interface ScheduleDeps {
  config: Config;
  /** Connections as the application role. */
  pool: Pool;
  /** As who writes verdicts of tests and stages of rollouts. */
  judgePool: Pool;
  /** As the keeper of partitions. */
  keeperPool: Pool;
  /** Of a replica where there is one. */
  replicaPool: Pool;
  ledger: DuePoster & Pick<Ledger, 'apply'>;
  vault: Vault;
  countCacheMismatches?: (() => Promise<number>) | undefined;
  log: Logger;
  metrics: Metrics;
  clock: () => number;
  random: () => number;
}

const secondMs = 1_000;
const minuteMs = 60 * secondMs;

/** Everything that workers do on a schedule; a new job is an entry here. */
export function schedules(deps: ScheduleDeps): ScheduledJob[] {
  const { config, pool, log, metrics } = deps;
  const idempotencyRetentionHours = config.idempotencyRetentionHours;
  const testMetrics = createTestMetrics(metrics);
  const deploymentMetrics = createDeploymentMetrics(metrics);
  return [
    // Two seconds are soon enough for a person; an idle run is a short index scan.
    { name: 'credits-alerts', everyMs: 2 * secondMs, run: () => reportAlerts(deps) },
    // Apart from the alerts: a receiver may keep a run waiting for ten seconds.
    { name: 'credits-webhooks', everyMs: 2 * secondMs, run: (signal) => webhooks(deps, signal) },
    // Nothing waits for it: what is due counts as posted already.
    { name: 'credits-expiries', everyMs: 15 * secondMs, run: (signal) => expiries(deps, signal) },
    // Leases are given up minutes after their expiry; a quarter of one more or less is nothing.
    { name: 'credits-leases', everyMs: 15 * secondMs, run: () => lapsedLeases(deps) },
    { name: 'credits-summaries', everyMs: 30 * secondMs, run: () => foldSummary(pool) },
    // They are made days ahead; hourly, because a busy table is left for the next run.
    reportingJob({
      name: 'credits-partitions',
      everyMs: 60 * minuteMs,
      run: () => partitions(deps),
      publish: (counts) => publishPartitions(counts, metrics),
    }),
    // An e-value may be looked at as often as one likes; only tests with something new are.
    {
      name: 'shadow-tests',
      everyMs: 30 * secondMs,
      run: (signal) => sweepTests({ ...deps, pool: deps.judgePool, publish: testMetrics }, signal),
    },
    // As often as the contract has it; stages last minutes.
    {
      name: 'shadow-canaries',
      everyMs: minuteMs,
      run: (signal) => sweepCanaries({ ...deps, publish: deploymentMetrics }, signal),
    },
    reportingJob({
      name: 'credits-reconcile',
      everyMs: config.reconcileMinutes * minuteMs,
      run: (signal) => {
        const { replicaPool, countCacheMismatches } = deps;
        return reconcile({ pool: replicaPool, idempotencyRetentionHours, log, countCacheMismatches }, signal);
      },
      publish: (found) => publishReconciliation(found, metrics),
    }),
  ];
}

async function webhooks(deps: ScheduleDeps, signal: AbortSignal): Promise<void> {
  await deliverWebhooks({ ...deps, allowedAddresses: deps.config.webhookAllowedAddresses }, signal);
}

async function expiries({ pool, ledger, metrics }: ScheduleDeps, signal: AbortSignal): Promise<void> {
  metrics.counter('credits_expiries_posted_total').inc(await sweepDue(pool, ledger, signal));
}

async function lapsedLeases({ config, pool, ledger, metrics, log }: ScheduleDeps): Promise<void> {
  const { lost, burned } = await endLapsedLeases(
    { pool, ledger },
    {
      lostAfterSeconds: config.leaseLostAfterSeconds,
      burnAfterSeconds: config.leaseBurnAfterHours * 3600,
    },
  );
  metrics.counter('credits_leases_ended_total').inc({ how: 'lost' }, lost);
  metrics.counter('credits_leases_ended_total').inc({ how: 'burned' }, burned);
  if (lost + burned > 0)
    log.warn({ event: 'leases_lapsed', lost, burned }, 'leases of silent sidecars ended');
}

type PartitionCounts = Awaited<ReturnType<typeof keepPartitions>>['partitions'];

async function partitions({ config, keeperPool, log, clock }: ScheduleDeps): Promise<PartitionCounts> {
  await keepMonths(keeperPool, new Date(clock()));
  const { made, dropped, partitions } = await keepPartitions(keeperPool, config.idempotencyRetentionHours);
  if (made.length + dropped > 0) log.info({ event: 'partitions_kept', made, dropped }, 'partitions kept');
  return partitions;
}

function publishPartitions(counts: PartitionCounts, metrics: Metrics): void {
  for (const [table, { partitions: count, ahead }] of Object.entries(counts)) {
    metrics.gauge('credits_partitions').set({ table }, count);
    metrics.gauge('credits_partitions_ahead').set({ table }, ahead);
  }
}
