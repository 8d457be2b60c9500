import type { Piscina } from 'piscina';

export interface DeadlineOptions {
  /** These buffers go with the task and are gone here. */
  transfer: ArrayBuffer[];
  signal: AbortSignal;
  /** From when the task begins, not from when it begins to wait: others' tasks are not held against it. */
  timeoutMs: number;
  /** What to throw when the time is over; the thread is ended then, and replaced. */
  onTimeout: () => Error;
}

/** Runs a task on a free thread of the pool. @throws the signal's reason when that aborts before the time is over. */
export async function runWithDeadline<T>(
  pool: Piscina,
  task: unknown,
  { transfer, signal, timeoutMs, onTimeout }: DeadlineOptions,
): Promise<T> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await pool.run(task, { transferList: transfer, signal: AbortSignal.any([signal, deadline]) });
  } catch (error) {
    if (deadline.aborted && !signal.aborted) throw onTimeout();
    throw error;
  }
}
