import type { Pool } from 'pg';
import { EvaluationError } from './evaluation-error.ts';
import { recordProgress } from './evaluation-store.ts';

/** Often enough for a progress bar and for a quick cancel; four small updates a second are nothing to PostgreSQL. */
const intervalMs = 250;

export interface ProgressTracker {
  report: (done: number) => void;
  /** Aborted, with an EvaluationError, when the row turns out to be no longer running. */
  cancelled: AbortSignal;
  stop: () => Promise<void>;
}

/** Writes an evaluation's progress to its row from time to time, and notices there that it was cancelled. */
export function trackProgress(pool: Pool, evalId: string): ProgressTracker {
  const controller = new AbortController();
  let done = 0;
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    const running = await recordProgress(pool, evalId, done);
    if (!running) controller.abort(new EvaluationError('cancelled', 'the evaluation was cancelled'));
  };
  const timer = setInterval(() => {
    // A failed write is not a failed evaluation: the next tick tries again.
    writing = writing.then(write).catch(() => {});
  }, intervalMs);
  return {
    report: (samples) => {
      done = samples;
    },
    cancelled: controller.signal,
    stop: () => {
      clearInterval(timer);
      return writing;
    },
  };
}
