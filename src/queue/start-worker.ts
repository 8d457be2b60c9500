import type { Pool } from 'pg';
import type { Config } from '../platform/config/load.ts';
import { countSlowStatements } from '../platform/database/count-slow-statements.ts';
import { observePool } from '../platform/database/observe-pool.ts';
import { createPool } from '../platform/database/pool.ts';
import type { Lifecycle } from '../platform/lifecycle/lifecycle.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import { createThreadPool } from '../workers/pool.ts';
import { createQueueBackend, type QueueBackend } from './backend.ts';
import { createEvaluationProducer } from './jobs/shadow-evaluate.ts';
import { evaluationsAtOnce, startEvaluateWorkers } from './processors/shadow-evaluate.ts';
import { startSimulationWorkers } from './processors/stats-simulate.ts';
import { startRecovery } from './recover-forgotten.ts';
import { startAudit } from './start-audit.ts';

export interface StartWorkerDeps {
  log: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
  /** How long a batch of samples may take before its evaluation fails as too slow. */
  batchTimeoutMs?: number;
}

export interface RunningWorker {
  pool: Pool;
  /** For what else the process takes from queues; closed with the worker. */
  backend: QueueBackend;
  /** What the worker needs besides the database, by name. */
  readinessChecks: Record<string, () => Promise<void>>;
}

/** An evaluation at work holds a reader, now and then a sorter, and updates its row. */
const connectionsPerEvaluation = 3;

/**
 * A batch holds up to 4 MiB of text. 1,000 expressions like the core rule set's take 0.1 s for 1 MiB, so 0.4 s a batch,
 * and compiling them 0.7 s; the deadline leaves room for 18 times that, for a baseline and a busy machine. The worst
 * that the bounds on patterns let through takes 20 s for 1 MiB, where rule and text are made for each other: such an
 * evaluation fails, and has held a thread for 20 s.
 */
const batchTimeoutDefaultMs = 20_000;

/**
 * Everything a worker process is: threads, queue consumers and the poll behind the queue, and in what order they end.
 * Stopping takes no more jobs and lets those at work finish; past the deadline they are left to other workers.
 */
export function startWorker(config: Config, deps: StartWorkerDeps): RunningWorker {
  const { log, metrics, lifecycle, batchTimeoutMs = batchTimeoutDefaultMs } = deps;
  const onError = (error: Error) => log.warn({ err: error }, 'a connection of the worker broke');
  const evaluations = Object.values(evaluationsAtOnce).reduce((sum, atOnce) => sum + atOnce, 0);
  const size = evaluations * connectionsPerEvaluation;
  const pool = createPool(config, 'judge', { applicationName: 'assay-worker', size, onError });
  observePool(pool, 'worker', metrics);
  countSlowStatements(pool, 'worker', config.slowStatementMs, metrics);
  const threads = createThreadPool(config.workerThreads);
  metrics.beforeScrape(() => metrics.gauge('shadow_worker_pool_queue_size').set(threads.queued));
  const backend = createQueueBackend(config, onError);
  const producer = createEvaluationProducer(backend);
  const handOver = new AbortController();
  const workers = startEvaluateWorkers(
    backend,
    { pool, threads, batchTimeoutMs, now: () => performance.now(), log, metrics },
    handOver.signal,
  );
  const recovery = startRecovery(pool, producer, {
    onRecovered: (count) => metrics.counter('shadow_evaluations_recovered_total').inc(count),
    onError: (error) => log.warn({ err: error }, 'could not look for forgotten evaluations'),
  });

  const simulations = startSimulationWorkers(backend, { pool, threads, log });
  lifecycle.onStop({ name: 'simulations', phase: 'stop-accepting', run: () => simulations.close() });

  startAudit(config, { log, metrics, lifecycle, backend });

  lifecycle.onStop({ name: 'recovery', phase: 'stop-accepting', run: () => recovery.stop() });
  lifecycle.onStop({
    name: 'evaluations',
    phase: 'finish-in-flight',
    run: (deadline) => {
      const leave = () => handOver.abort(new Error('the worker is stopping'));
      deadline.addEventListener('abort', leave, { once: true });
      return workers.close();
    },
  });
  lifecycle.onStop({ name: 'threads', phase: 'flush', run: () => threads.destroy() });
  lifecycle.onStop({ name: 'producer', phase: 'flush', run: () => producer.close() });
  lifecycle.onStop({ name: 'queue connections', phase: 'close', run: () => backend.close() });
  lifecycle.onStop({ name: 'database', phase: 'close', run: () => pool.end() });
  return { pool, backend, readinessChecks: { queue: () => producer.ping() } };
}
