import { setTimeout as sleep } from 'node:timers/promises';

/** The API answers in about a second; a machine that is busy with something else gets its time. */
const READY_MS = 60_000;

/** @param url of what says whether it is ready; asked until it says so. */
export async function waitUntilReady(url: string, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + READY_MS;
  let last = 'no answer';
  while (Date.now() < deadline && !signal.aborted) {
    try {
      const response = await fetch(url, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(2_000)]),
      });
      if (response.ok) return;
      last = `${response.status} ${await response.text()}`;
    } catch {
      // not listening yet
    }
    await sleep(50);
  }
  signal.throwIfAborted();
  throw new Error(`${url} did not become ready within ${READY_MS / 1000} s; the last answer: ${last}`);
}
