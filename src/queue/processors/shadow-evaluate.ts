import type { Pool } from 'pg';
import type { Logger } from '../../platform/log/logger.ts';
import { type BoundedGauge, boundedGauge } from '../../platform/metrics/bounded-gauge.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { Lane } from '../../shadow/evaluations/evaluation.ts';
import { findEvaluation } from '../../shadow/evaluations/find-evaluation.ts';
import {
  type EvaluationOutcome,
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
  const f1Score = boundedGauge(deps.metrics, 'shadow_rule_f1_score');
  const workers = (Object.keys(evaluationQueueNames) as Lane[]).map((lane) =>
    backend.work(
      evaluationQueueNames[lane],
      async (job) => {
        const { evalId } = evaluateJobSchema.parse(job.data);
        const outcome = await evaluate(deps, evalId, lane, stop);
        if (outcome === 'completed' || outcome === 'cached') await publishScore(deps.pool, evalId, f1Score);
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
): Promise<EvaluationOutcome> {
  const startedAt = deps.now();
  try {
    const outcome = await processEvaluation(deps, evalId, stop);
    const seconds = (deps.now() - startedAt) / 1000;
    deps.log.info({ eval_id: evalId, lane, outcome, seconds }, 'evaluation processed');
    if (outcome === 'elsewhere' || outcome === 'already_finished') return outcome;
    deps.metrics.counter('shadow_evaluations_total').inc({ status: outcome });
    if (outcome === 'completed')
      deps.metrics.histogram('shadow_evaluation_duration_seconds').observe(seconds);
    return outcome;
  } catch (error) {
    deps.log.warn({ err: error, eval_id: evalId, lane, stopping: stop.aborted }, 'evaluation interrupted');
    throw error;
  }
}

/** A rule that nothing could be said about, without attacks or matches, has no score and shows none. */
async function publishScore(pool: Pool, evalId: string, f1Score: BoundedGauge): Promise<void> {
  const evaluation = await findEvaluation(pool, evalId, null);
  const score = evaluation?.result?.f1_score;
  if (evaluation !== null && typeof score === 'number') f1Score.set({ rule_id: evaluation.ruleId }, score);
}
