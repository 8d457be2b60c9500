import { setTimeout as sleep } from 'node:timers/promises';
import { createPostgresBackend } from 'bullmq';

/** What `waitUntilReady` of BullMQ's backend and of its connection remember. */
interface Remembers {
  waitUntilReady(): Promise<unknown>;
  readyPromise?: Promise<unknown> | undefined;
}

/**
 * BullMQ's PostgreSQL backend asks once whether the database is ready, and keeps the answer. A worker that started while
 * PostgreSQL was starting or stopping had "no" for an answer ever after, and asked for it without pause until memory ran out.
 *
 * @param pauseMs before a failure is told, since whoever asked asks again at once.
 * @returns the backend's factory, whose backends ask again after a failure.
 */
export function backendThatAsksAgain(pauseMs: number): typeof createPostgresBackend {
  return (...args) => {
    const backend = createPostgresBackend(...args);
    const { connection } = backend as unknown as { connection: Remembers };
    forgetFailures(connection, pauseMs);
    forgetFailures(backend as unknown as Remembers, 0);
    return backend;
  };
}

function forgetFailures(one: Remembers, pauseMs: number): void {
  const ask = one.waitUntilReady.bind(one);
  one.waitUntilReady = async () => {
    const asked = ask();
    const answer = one.readyPromise;
    try {
      return await asked;
    } catch (error) {
      await sleep(pauseMs);
      // Others wait for the same answer, and the first of them may have asked again.
      if (one.readyPromise === answer) one.readyPromise = undefined;
      throw error;
    }
  };
}
