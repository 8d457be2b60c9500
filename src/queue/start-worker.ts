import type { Config } from '../platform/config/load.ts';
import { createPool } from '../platform/database/pool.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import { createThreadPool } from '../workers/pool.ts';
import { createQueueBackend } from './backend.ts';
import { createEvaluationProducer } from './jobs/shadow-evaluate.ts';
import { evaluationsAtOnce, startEvaluateWorkers } from './processors/shadow-evaluate.ts';
import { startRecovery } from './recover-forgotten.ts';

export interface RunningWorker {
  /**
   * Takes no more jobs, lets those at work finish for up to `graceMs`, leaves the rest to other workers and closes
   * everything.
   */
  stop(graceMs: number): Promise<void>;
}

/** An evaluation at work holds a reader, now and then a sorter, and updates its row. */
const connectionsPerEvaluation = 3;

/**
 * Matching is linear in the text, so a batch of a megabyte takes milliseconds; this bounds what a defect in the matcher,
 * or a rule of a thousand patterns on a stalled machine, could do to the others.
 */
const batchTimeoutMs = 60_000;

/** Everything a worker process is: threads, queue consumers and the poll behind the queue. */
export function startWorker(config: Config, log: Logger, metrics: Metrics): RunningWorker {
  const onError = (error: Error) => log.warn({ err: error }, 'a connection of the worker broke');
  const evaluations = Object.values(evaluationsAtOnce).reduce((sum, atOnce) => sum + atOnce, 0);
  const pool = createPool(config, 'app', {
    applicationName: 'assay-worker',
    size: evaluations * connectionsPerEvaluation,
    onError,
  });
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

  return {
    stop: async (graceMs) => {
      await recovery.stop();
      const deadline = setTimeout(() => handOver.abort(new Error('the worker is stopping')), graceMs);
      await workers.close();
      clearTimeout(deadline);
      await producer.close();
      await threads.destroy();
      await backend.close();
      await pool.end();
    },
  };
}
