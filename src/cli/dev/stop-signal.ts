/** Ctrl-C under `npm start` arrives twice, from the terminal and from npm, within milliseconds. */
const SAME_MS = 1_000;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one, later than an echo of the first, calls `onImpatience`.
 */
export function stopSignal(self: NodeJS.Process, onImpatience: () => void): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    self.on(signal, () => {
      const now = performance.now();
      if (first !== undefined && now - first > SAME_MS) onImpatience();
      first ??= now;
      controller.abort(new Error(signal));
    });
  }
  return controller.signal;
}
