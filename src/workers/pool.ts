import { Piscina } from 'piscina';
import type { EvaluateBatchResult, EvaluateBatchTask } from './evaluate-batch.ts';
import type { ExtractKeysResult, ExtractKeysTask } from './extract-keys.ts';

export type ThreadTask = EvaluateBatchTask | ExtractKeysTask;
export type ThreadResult<T extends ThreadTask> = T extends EvaluateBatchTask
  ? EvaluateBatchResult
  : ExtractKeysResult;

export interface ThreadPool {
  readonly threads: number;
  /** Tasks waiting for a thread. */
  readonly queued: number;
  /** Hands `task` to a thread; the buffers in `transfer` go with it and are gone here. */
  run<T extends ThreadTask>(task: T, transfer: ArrayBuffer[], signal: AbortSignal): Promise<ThreadResult<T>>;
  /** Ends the threads at once, whatever they are doing. */
  destroy(): Promise<void>;
}

/**
 * One pool a process: as many threads as asked for, kept alive, one batch at a time each. Aborting a task's signal
 * while it runs ends its thread, and the pool starts another; that is what bounds a batch whatever the rule.
 */
export function createThreadPool(threads: number): ThreadPool {
  const pool = new Piscina({
    // The sources run as TypeScript in the checkout and as emitted JavaScript when built.
    filename: new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    // Callers bound what they have in flight; this only catches a caller that forgot.
    maxQueue: 100_000,
    recordTiming: false,
  });
  return {
    threads,
    get queued() {
      return pool.queueSize;
    },
    run: (task, transfer, signal) => pool.run(task, { transferList: transfer, signal }),
    destroy: () => pool.destroy(),
  };
}
