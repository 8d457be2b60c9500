import type { Logger } from '../log/logger.ts';

/** In the order they happen; steps of one phase run together. */
export const phases = ['stop-accepting', 'finish-in-flight', 'flush', 'close'] as const;
export type Phase = (typeof phases)[number];

export interface StopStep {
  name: string;
  phase: Phase;
  /** `deadline` aborts when the grace is used up: cut short what is left. */
  run: (deadline: AbortSignal) => Promise<void> | void;
}

export interface Lifecycle {
  /** Aborts when stopping begins; long answers (events, `Prefer: wait`) end by it. */
  readonly stopping: AbortSignal;
  onStop(step: StopStep): void;
  /** Stops; the same promise however often it is called. Resolves with the exit code: 0, or 1 when a step failed. */
  stop(reason: string): Promise<number>;
  /** Resolves with the exit code once something has stopped the process. */
  readonly stopped: Promise<number>;
}

export interface LifecycleOptions {
  log: Logger;
  /** For everything before the `close` phase together. */
  graceMs: number;
}

/** The ordered end of a process; see `stopOnSignals` for what begins it. */
export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const steps: StopStep[] = [];
  const stopping = new AbortController();
  const stopped = Promise.withResolvers<number>();
  let underWay: Promise<number> | undefined;

  async function runAll(reason: string): Promise<number> {
    options.log.info({ reason, grace_ms: options.graceMs }, 'stopping');
    stopping.abort(new Error(`the process is stopping: ${reason}`));
    const deadline = AbortSignal.timeout(options.graceMs);
    let failures = 0;
    for (const phase of phases) {
      const inPhase = steps.filter((step) => step.phase === phase);
      const results = await Promise.allSettled(inPhase.map((step) => runStep(step, deadline)));
      for (const [i, result] of results.entries()) {
        if (result.status === 'fulfilled') continue;
        failures++;
        options.log.error({ err: result.reason, step: inPhase[i]!.name }, 'a step of stopping failed');
      }
    }
    options.log.info({ failures }, 'stopped');
    return failures === 0 ? 0 : 1;
  }

  return {
    stopping: stopping.signal,
    stopped: stopped.promise,
    onStop: (step) => {
      steps.push(step);
    },
    stop: (reason) => {
      underWay ??= runAll(reason).then((code) => {
        stopped.resolve(code);
        return code;
      });
      return underWay;
    },
  };
}

/** Past the deadline a step has this long to be cut short before the next phase goes on without it. */
const cutShortMs = 2_000;

async function runStep(step: StopStep, deadline: AbortSignal): Promise<void> {
  const gaveUp = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onDeadline = () => {
    timer = setTimeout(() => gaveUp.reject(new Error(`${step.name} did not end in time`)), cutShortMs);
  };
  if (deadline.aborted) onDeadline();
  else deadline.addEventListener('abort', onDeadline, { once: true });
  try {
    await Promise.race([step.run(deadline), gaveUp.promise]);
  } finally {
    clearTimeout(timer);
    deadline.removeEventListener('abort', onDeadline);
  }
}
