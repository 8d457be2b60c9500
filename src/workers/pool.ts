import { Piscina } from 'piscina';
import type { DrawTotals } from '../stats/monte-carlo.ts';
import type { DrawArmsTask } from './draw-arms.ts';
import type { EvaluateBatchResult, EvaluateBatchTask } from './evaluate-batch.ts';
import type { ExtractKeysResult, ExtractKeysTask } from './extract-keys.ts';
import { type DeadlineOptions, runWithDeadline } from './run-with-deadline.ts';
import { TaskSlots } from './task-slots.ts';
import { threadFile } from './thread-file.ts';

export type ThreadTask = EvaluateBatchTask | ExtractKeysTask | DrawArmsTask;
export type ThreadResult<T extends ThreadTask> = T extends EvaluateBatchTask
  ? EvaluateBatchResult
  : T extends DrawArmsTask
    ? DrawTotals
    : ExtractKeysResult;

export interface ThreadPool {
  readonly threads: number;
  /** Tasks waiting for a thread. */
  readonly queued: number;
  /** Hands `task` to a thread when one is free. */
  run<T extends ThreadTask>(task: T, options: DeadlineOptions): Promise<ThreadResult<T>>;
  /** Ends the threads at once, whatever they are doing. */
  destroy(): Promise<void>;
}

/**
 * One pool a process: as many threads as asked for, kept alive, one batch at a time each. Aborting a task's signal
 * while it runs ends its thread, and the pool starts another; that is what bounds a batch whatever the rule.
 */
export function createThreadPool(threads: number): ThreadPool {
  const pool = new Piscina({
    filename: threadFile('thread'),
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
  });
  const slots = new TaskSlots(threads);
  return {
    threads,
    get queued() {
      return slots.waiting;
    },
    run: (task, options) => slots.run(options.signal, () => runWithDeadline(pool, task, options)),
    destroy: () => pool.destroy(),
  };
}
