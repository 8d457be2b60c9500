import type { PoolClient } from 'pg';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { buildReport } from '../report/build-report.ts';
import type { EvaluationJob } from './evaluation.ts';
import { EvaluationError, isEvaluationError } from './evaluation-error.ts';
import {
  claimEvaluation,
  completeEvaluation,
  completeFromCache,
  countComparedVersions,
  failEvaluation,
  lockEvaluation,
} from './evaluation-store.ts';
import { evidenceOf } from './evidence-of.ts';
import { type RunEvaluationDeps, runEvaluation } from './run-evaluation.ts';
import { trackProgress } from './track-progress.ts';

/** After so many claims an evaluation that keeps dying, with its workers, is given up. */
const attemptsMax = 10;

export interface ProcessEvaluationDeps extends RunEvaluationDeps {
  /** Monotonic milliseconds. */
  now: () => number;
}

export type EvaluationOutcome = 'completed' | 'cached' | 'failed' | 'elsewhere' | 'already_finished';

/**
 * Takes one evaluation from wherever it stands to its end. Safe to call at any time, from any worker, any number of
 * times: whoever holds the row's lock works, and the first outcome written stands.
 *
 * @param stop aborted when the worker shuts down: the evaluation is left for another worker.
 * @throws when it could not be finished here and now; it may be tried again.
 */
export async function processEvaluation(
  deps: ProcessEvaluationDeps,
  evalId: string,
  stop: AbortSignal,
): Promise<EvaluationOutcome> {
  const reader = await deps.pool.connect();
  let broken = true;
  try {
    await reader.query('BEGIN');
    await allowLongTransaction(reader);
    const outcome = (await lockEvaluation(reader, evalId))
      ? await finish(deps, reader, evalId, stop)
      : 'elsewhere';
    await reader.query('COMMIT');
    broken = false;
    return outcome;
  } catch (error) {
    if (!isEvaluationError(error)) throw error;
    await failEvaluation(deps.pool, evalId, error.code, error.message);
    return 'failed';
  } finally {
    // An abandoned COPY leaves the connection in the middle of its rows; it is closed, not reused.
    reader.release(broken);
  }
}

async function finish(
  deps: ProcessEvaluationDeps,
  reader: PoolClient,
  evalId: string,
  stop: AbortSignal,
): Promise<EvaluationOutcome> {
  const job = await claimEvaluation(deps.pool, evalId);
  if (job === null) return 'already_finished';
  if (job.attempts > attemptsMax) {
    throw new EvaluationError(
      'internal',
      `given up after ${attemptsMax} attempts; the worker's log says why`,
    );
  }
  const comparedVersions = await countComparedVersions(deps.pool, job);
  if (await completeFromCache(deps.pool, job, comparedVersions)) return 'cached';
  const measured = await evaluate(deps, reader, job, comparedVersions, stop);
  const completed = await completeEvaluation(deps.pool, job, comparedVersions, measured);
  return completed ? 'completed' : 'already_finished';
}

async function evaluate(
  deps: ProcessEvaluationDeps,
  reader: PoolClient,
  job: EvaluationJob,
  comparedVersions: number,
  stop: AbortSignal,
) {
  const startedAt = deps.now();
  const progress = trackProgress(deps.pool, job.evalId);
  try {
    const signal = AbortSignal.any([stop, progress.cancelled]);
    const tally = await runEvaluation(deps, reader, job, signal, progress.report);
    const report = buildReport(tally, {
      rule: job.rule.config,
      baseline: job.baseline,
      comparedVersions,
      executionTimeMs: Math.round(deps.now() - startedAt),
    });
    return { result: JSON.stringify(report), evidence: evidenceOf(tally, report) };
  } catch (error) {
    if (progress.cancelled.aborted) throw progress.cancelled.reason;
    throw error;
  } finally {
    await progress.stop();
  }
}
