import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isTaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { UnavailableError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { type CallCounts, type CallRates, CallStats } from './call-stats.ts';

/** A timeout and a circuit breaker around calls to something outside the process. */
export interface Guard {
  readonly name: string;
  readonly state: GuardState;
  /**
   * @throws UnavailableError `circuit_open` without calling, while the circuit is open.
   * @throws whatever the work throws, or a timeout; the work is told by its signal.
   */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  stats(): GuardStats;
  /** Closes the circuit and forgets the failures in a row, as an operator does who knows that the cause is gone. */
  reset(): void;
}

export type GuardState = 'closed' | 'half_open' | 'open';

export interface GuardStats {
  name: string;
  state: GuardState;
  /** Since the process began. */
  counts: CallCounts;
  rates: CallRates;
  failures_in_a_row: number;
  failures_to_open: number;
  /** How often the circuit has opened since the process began. */
  times_opened: number;
}

export interface GuardOptions {
  name: string;
  /** None where the work ends by itself: given up, it would go on unseen, which a transaction must not. */
  timeoutMs?: number;
  /** Failures in a row that open the circuit. */
  failuresMax: number;
  /** How long it stays open before one call is let through to see. */
  openMs: number;
  metrics: Metrics;
  /**
   * Whether what was thrown says that the thing called is in trouble. Not every error does: a unique violation is a
   * database's answer. By default all do; a timeout always does.
   */
  isFailure?: (error: Error) => boolean;
}

const gaugeValue = { closed: 0, half_open: 1, open: 2 } as const;

/**
 * @example
 * const guard = createGuard({ name: 'rate-limit', timeoutMs: 100, failuresMax: 5, openMs: 5_000, metrics });
 * const reply = await guard.run((signal) => fetch(url, { signal }));
 */
export function createGuard(options: GuardOptions): Guard {
  const { name, isFailure = () => true } = options;
  const failures = new ConsecutiveBreaker(options.failuresMax);
  const countsAsFailure = (thrown: unknown) =>
    !(thrown instanceof Error) || isTaskCancelledError(thrown) || isFailure(thrown);
  const breaker = circuitBreaker(handleWhen(countsAsFailure), {
    halfOpenAfter: options.openMs,
    breaker: failures,
  });
  const policy =
    options.timeoutMs === undefined
      ? breaker
      : wrap(breaker, timeout(options.timeoutMs, TimeoutStrategy.Aggressive));
  const calls = new CallStats(() => performance.now());
  let timesOpened = 0;
  breaker.onBreak((why) => {
    if (!('isolated' in why)) timesOpened += 1;
  });

  async function run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    try {
      const result = await policy.execute(({ signal }) => work(signal));
      calls.count('success');
      return result;
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        calls.count('rejected');
        throw refusal(options, error);
      }
      // An answer that merely refuses is a success of the connection, as it is for the breaker.
      if (isTaskCancelledError(error)) calls.count('timeout');
      else calls.count(countsAsFailure(error) ? 'failure' : 'success');
      throw error;
    }
  }

  function reset(): void {
    // Isolating and letting go is how the library closes a circuit from any state.
    breaker.isolate().dispose();
    failures.success();
  }

  const guard: Guard = {
    name,
    get state() {
      return stateOf(breaker.state);
    },
    run,
    reset,
    stats: () => ({
      name,
      state: stateOf(breaker.state),
      counts: { ...calls.totals },
      rates: calls.rates(),
      failures_in_a_row: failures.state,
      failures_to_open: options.failuresMax,
      times_opened: timesOpened,
    }),
  };
  publish(guard, calls.totals, options.metrics);
  return guard;
}

function refusal({ name, openMs }: GuardOptions, cause: Error): UnavailableError {
  return new UnavailableError('circuit_open', `${name} failed repeatedly and is left alone`, {
    cause,
    retryAfterSeconds: Math.ceil(openMs / 1000),
  });
}

/** Counters of Prometheus only grow by `inc`, so each scrape adds what came since the one before. */
function publish(guard: Guard, totals: CallCounts, metrics: Metrics): void {
  const published: CallCounts = { success: 0, failure: 0, timeout: 0, rejected: 0 };
  const results = Object.keys(published) as (keyof CallCounts)[];
  metrics.beforeScrape(() => {
    metrics.gauge('circuit_breaker_state').set({ breaker: guard.name }, gaugeValue[guard.state]);
    for (const result of results) {
      const counter = metrics.counter('circuit_breaker_calls_total');
      counter.inc({ breaker: guard.name, result }, totals[result] - published[result]);
      published[result] = totals[result];
    }
  });
}

function stateOf(state: CircuitState): GuardState {
  if (state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half_open' : 'open';
}
