import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { UnavailableError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** A timeout and a circuit breaker around calls to something outside the process. */
export interface Guard {
  readonly name: string;
  readonly state: GuardState;
  /**
   * @throws UnavailableError `circuit_open` without calling, while the circuit is open.
   * @throws whatever the work throws, or a timeout; the work is told by its signal.
   */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
}

export type GuardState = 'closed' | 'half_open' | 'open';

export interface GuardOptions {
  name: string;
  timeoutMs: number;
  /** Failures in a row that open the circuit. */
  failuresMax: number;
  /** How long it stays open before one call is let through to see. */
  openMs: number;
  metrics: Metrics;
}

const gaugeValue = { closed: 0, half_open: 1, open: 2 } as const;

/**
 * @example
 * const guard = createGuard({ name: 'rate-limit', timeoutMs: 100, failuresMax: 5, openMs: 5_000, metrics });
 * const reply = await guard.run((signal) => fetch(url, { signal }));
 */
export function createGuard(options: GuardOptions): Guard {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: options.openMs,
    breaker: new ConsecutiveBreaker(options.failuresMax),
  });
  const policy = wrap(breaker, timeout(options.timeoutMs, TimeoutStrategy.Aggressive));
  const guard: Guard = {
    name: options.name,
    get state() {
      return stateOf(breaker.state);
    },
    run: async (work) => {
      try {
        return await policy.execute(({ signal }) => work(signal));
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        const retryAfterSeconds = Math.ceil(options.openMs / 1000);
        throw new UnavailableError('circuit_open', `${options.name} failed repeatedly and is left alone`, {
          cause: error,
          retryAfterSeconds,
        });
      }
    },
  };
  options.metrics.beforeScrape(() => {
    options.metrics.gauge('circuit_breaker_state').set({ breaker: options.name }, gaugeValue[guard.state]);
  });
  return guard;
}

function stateOf(state: CircuitState): GuardState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}
