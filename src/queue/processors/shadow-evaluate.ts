import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { Lane } from '../../shadow/evaluations/evaluation.ts';
import {
  type ProcessEvaluationDeps,
  processEvaluation,
} from '../../shadow/evaluations/process-evaluation.ts';
import type { QueueBackend, WorkerHandle } from '../backend.ts';
import { evaluateJobSchema, evaluationQueueNames } from '../jobs/shadow-evaluate.ts';

/**
 * Evaluations that one process works on at once. Batches of all of them take turns on the threads; six small ones
 * hide each other's waiting for PostgreSQL, and two large ones leave them that room.
 */
export const evaluationsAtOnce: Record<Lane, number> = { small: 6, bulk: 2 };

export interface EvaluateWorkerDeps extends ProcessEvaluationDeps {
  log: Logger;
  metrics: Metrics;
}

/** Takes evaluation jobs of both lanes until closed; `stop` abandons those under way to other workers. */
export function startEvaluateWorkers(
  backend: QueueBackend,
  deps: EvaluateWorkerDeps,
  stop: AbortSignal,
): WorkerHandle {
  const workers = (Object.keys(evaluationQueueNames) as Lane[]).map((lane) =>
    backend.work(
      evaluationQueueNames[lane],
      async (job) => {
        await evaluate(deps, evaluateJobSchema.parse(job.data).evalId, lane, stop);
      },
      {
        concurrency: evaluationsAtOnce[lane],
        onError: (error) => deps.log.warn({ err: error, lane }, 'the evaluation queue does not answer'),
      },
    ),
  );
  return {
    close: async () => {
      await Promise.all(workers.map((worker) => worker.close()));
    },
  };
}

async function evaluate(
  deps: EvaluateWorkerDeps,
  evalId: string,
  lane: Lane,
  stop: AbortSignal,
): Promise<void> {
  const startedAt = deps.now();
  try {
    const outcome = await processEvaluation(deps, evalId, stop);
    const seconds = (deps.now() - startedAt) / 1000;
    deps.log.info({ eval_id: evalId, lane, outcome, seconds }, 'evaluation processed');
    if (outcome === 'elsewhere' || outcome === 'already_finished') return;
    deps.metrics.counter('shadow_evaluations_total').inc({ status: outcome });
    if (outcome === 'completed')
      deps.metrics.histogram('shadow_evaluation_duration_seconds').observe(seconds);
  } catch (error) {
    deps.log.warn({ err: error, eval_id: evalId, lane, stopping: stop.aborted }, 'evaluation interrupted');
    throw error;
  }
}
