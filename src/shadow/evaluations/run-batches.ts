import type { ClientBase } from 'pg';
import { BodyBuffers } from '../selections/body-buffers.ts';
import type { Selection } from '../selections/selection.ts';
import { type Chunk, streamChunks } from '../selections/stream-chunks.ts';

/** What a thread answers: its result, and the memory that the chunk came in. */
export interface BatchResult {
  body: ArrayBuffer;
}

export interface BatchRun<R extends BatchResult> {
  /** Sends a chunk to a thread. */
  submit: (chunk: Chunk, index: number) => Promise<R>;
  /** Receives each result in the order in which batches finish. */
  collect: (result: R) => void;
  /** Batches in flight: what bounds memory, and what one evaluation may take of the pool. */
  inFlightMax: number;
  signal: AbortSignal;
}

/**
 * Streams a selection's chunks through the pool, at most `inFlightMax` at a time; reading waits when the threads are
 * behind. The first failure, or the signal, ends it.
 */
export async function runBatches<R extends BatchResult>(
  client: ClientBase,
  selection: Selection,
  run: BatchRun<R>,
): Promise<void> {
  const buffers = new BodyBuffers();
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  let index = 0;
  try {
    for await (const chunk of streamChunks(client, selection, buffers)) {
      run.signal.throwIfAborted();
      const task = run
        .submit(chunk, index++)
        .then((result) => {
          buffers.give(result.body);
          run.collect(result);
        })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inFlight.delete(task));
      inFlight.add(task);
      if (inFlight.size >= run.inFlightMax) await Promise.race(inFlight);
      if (failure) throw failure.error;
    }
  } finally {
    await Promise.all(inFlight);
  }
  if (failure) throw failure.error;
  run.signal.throwIfAborted();
}
