import { InvalidRequestError } from '../../../platform/errors.ts';

/**
 * Passes `source` on, and fails when it has nothing to give for `idleMs`: a client that stalls would keep a
 * transaction open. Only time spent waiting for the source counts, never the time the consumer takes.
 */
export async function* withIdleTimeout<T>(
  source: AsyncIterable<T>,
  idleMs: number,
): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let stalled: ((error: Error) => void) | null = null;
  const timer = setTimeout(() => stalled?.(stillFor(idleMs)), idleMs);
  // One promise a step, not a race with a common one, which would remember every step of a long upload.
  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      stalled = reject;
      timer.refresh();
      iterator.next().then(resolve, reject);
    });
  let ended = false;
  try {
    for (;;) {
      ended = true;
      const step = await next();
      stalled = null;
      if (step.done) return;
      ended = false;
      yield step.value;
    }
  } finally {
    clearTimeout(timer);
    // A source that failed needs no end, and one that stalls would not hear of it.
    if (!ended) await iterator.return?.();
  }
}

function stillFor(idleMs: number): InvalidRequestError {
  return new InvalidRequestError(
    `the upload stood still for ${idleMs / 1000} s; nothing was stored, send the whole file again`,
  );
}
