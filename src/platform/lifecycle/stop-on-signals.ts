import type { Lifecycle } from './lifecycle.ts';

/** What `process` offers of itself, so that a test can send signals without being sent any. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): unknown;
}

const numbers = { SIGINT: 2, SIGTERM: 15 } as const;

/**
 * The first SIGTERM or SIGINT stops in order; a second one exits at once, as a shell would report it (128 + number).
 *
 * @returns stops listening.
 */
export function stopOnSignals(lifecycle: Lifecycle, source: SignalSource): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (lifecycle.stopping.aborted) source.exit(128 + numbers[signal as keyof typeof numbers]);
    else void lifecycle.stop(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) source.on(signal, onSignal);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) source.off(signal, onSignal);
  };
}
