export interface Repeating {
  /** Ends it; resolves when the run at hand is over. */
  stop(): Promise<void>;
}

export interface RepeatingOptions {
  firstMs: number;
  /** The pause after a run that failed. */
  retryMs: number;
  onError: (error: unknown) => void;
}

/** Runs `work` again and again, never twice at once. @param work resolves with the pause until the next run. */
export function startRepeating(work: () => Promise<number>, options: RepeatingOptions): Repeating {
  let stopped = false;
  let timer: NodeJS.Timeout;
  let running = Promise.resolve();
  const schedule = (pauseMs: number) => {
    timer = setTimeout(() => {
      running = run();
    }, pauseMs);
  };
  const run = async () => {
    const pauseMs = await work().catch((error: unknown) => {
      options.onError(error);
      return options.retryMs;
    });
    if (!stopped) schedule(pauseMs);
  };
  schedule(options.firstMs);
  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
