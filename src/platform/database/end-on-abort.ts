import type { Client, ClientBase } from 'pg';

/**
 * Runs work on a connection and ends the connection when the signal aborts: a statement of minutes then rejects at once,
 * and a process that stops need not wait for it. The server finishes it unheard, so it must not matter whether it does.
 */
export async function endOnAbort<T>(
  client: ClientBase,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  // A connection of a pool is a whole client; only its type hides that it can end.
  const end = () => void (client as Client).end().catch(() => {});
  signal.addEventListener('abort', end, { once: true });
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', end);
  }
}
