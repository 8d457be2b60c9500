import { randomBytes } from 'node:crypto';
import { createVault } from '../audit/vault/vault.ts';
import type { Config } from '../platform/config/load.ts';
import { countSlowStatements } from '../platform/database/count-slow-statements.ts';
import { observePool } from '../platform/database/observe-pool.ts';
import { createPool } from '../platform/database/pool.ts';
import type { Lifecycle } from '../platform/lifecycle/lifecycle.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import type { QueueBackend } from './backend.ts';
import { runSchedules } from './run-schedules.ts';
import { type ScheduleDeps, schedules } from './schedules.ts';

export interface StartSchedulesDeps {
  log: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
  backend: QueueBackend;
  /** What writes down what is due. */
  ledger: ScheduleDeps['ledger'];
  countCacheMismatches?: ScheduleDeps['countCacheMismatches'];
}

/** Each job at work holds one connection for its lock, at a start all of them; the rest is for their work. */
const poolSize = 16;
/** Tests and canaries are looked at one after another, each kind by itself. */
const judgePoolSize = 2;

/** The scheduled half of a worker process: its connections, its jobs, and in what order they end. */
export function startSchedules(config: Config, deps: StartSchedulesDeps): void {
  const { log, metrics, lifecycle } = deps;
  const onError = (error: Error) => log.warn({ err: error }, 'a connection of the schedules broke');
  const pool = createPool(config, 'app', { applicationName: 'assay-schedules', size: poolSize, onError });
  observePool(pool, 'schedules', metrics);
  countSlowStatements(pool, 'schedules', config.slowStatementMs, metrics);
  const judgePool = createPool(config, 'judge', {
    applicationName: 'assay-judge',
    size: judgePoolSize,
    onError,
  });
  const keeperPool = createPool(config, 'keeper', { applicationName: 'assay-keeper', size: 1, onError });
  const replicaPool = createPool(
    { ...config, databaseUrl: config.databaseReplicaUrl ?? config.databaseUrl },
    'app',
    {
      applicationName: 'assay-reconcile',
      size: 1,
      onError,
    },
  );
  const clock = Date.now;
  const vault = createVault({ pool, keys: config.encryptionKeys, clock, random: randomBytes });
  const jobs = schedules({
    ...deps,
    config,
    pool,
    judgePool,
    keeperPool,
    replicaPool,
    vault,
    clock,
    random: Math.random,
  });
  const running = runSchedules(deps.backend, jobs, { pool, log, metrics });
  lifecycle.onStop({ name: 'schedules', phase: 'finish-in-flight', run: () => running.stop() });
  const pools = { schedules: pool, judge: judgePool, keeper: keeperPool, reconcile: replicaPool };
  for (const [name, one] of Object.entries(pools))
    lifecycle.onStop({ name: `${name} connections`, phase: 'close', run: () => one.end() });
}
