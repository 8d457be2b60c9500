/** Ctrl-C under `npm start` arrives twice, from the terminal and from npm, within milliseconds. */
const SAME_MS = 1_000;

/** How soon a killed npm is noticed. */
const PARENT_CHECK_MS = 500;

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one, later than an echo of the first, calls `onImpatience`.
 */
export function stopSignal(self: NodeJS.Process, underNpm: boolean, onImpatience: () => void): AbortSignal {
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
  if (underNpm) whenOrphaned(self, () => controller.abort(new Error('npm is gone')));
  return controller.signal;
}

/**
 * `npm start` that is killed outright cannot pass anything on; what it started would run for ever, unseen. Without npm
 * in between, losing the parent is what `nohup ./assay dev &` asks for.
 */
function whenOrphaned(self: NodeJS.Process, then: () => void): void {
  const parent = self.ppid;
  const timer = setInterval(() => {
    if (self.ppid === parent) return;
    clearInterval(timer);
    then();
  }, PARENT_CHECK_MS);
  timer.unref();
}
