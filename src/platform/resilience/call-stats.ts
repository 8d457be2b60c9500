/** How a call through a breaker ended; `rejected`: it was not made, because the circuit was open. */
export const callResults = ['success', 'failure', 'timeout', 'rejected'] as const;
export type CallResult = (typeof callResults)[number];
export type CallCounts = Record<CallResult, number>;

export interface CallRates {
  window_seconds: number;
  /** Calls made a second, over the window. */
  calls_per_second: number;
  /** Failed and timed out, of the calls made; 0 where none was made. */
  failure_rate: number;
  /** Not made, of all that were wanted. */
  rejection_rate: number;
}

/** A minute shows an outage that a person looks into, and forgets it soon after. */
const windowSeconds = 60;
/** Six slices: the window moves on in steps of ten seconds, and costs six small objects. */
const slices = 6;
const sliceMs = (windowSeconds * 1000) / slices;

/** Counts the calls through one breaker since the process began, and over the last minute. */
export class CallStats {
  readonly totals: CallCounts = noCalls();
  readonly #ring = Array.from({ length: slices }, () => ({ slice: -1, counts: noCalls() }));
  readonly #now: () => number;

  /** @param now milliseconds of any clock that does not run backwards. */
  constructor(now: () => number) {
    this.#now = now;
  }

  count(result: CallResult): void {
    this.totals[result] += 1;
    const slice = Math.floor(this.#now() / sliceMs);
    const place = this.#ring[slice % slices]!;
    if (place.slice !== slice) {
      place.slice = slice;
      place.counts = noCalls();
    }
    place.counts[result] += 1;
  }

  rates(): CallRates {
    const current = Math.floor(this.#now() / sliceMs);
    const recent = noCalls();
    for (const { slice, counts } of this.#ring) {
      if (slice <= current - slices) continue;
      for (const result of callResults) recent[result] += counts[result];
    }
    const made = recent.success + recent.failure + recent.timeout;
    const wanted = made + recent.rejected;
    return {
      window_seconds: windowSeconds,
      calls_per_second: made / windowSeconds,
      failure_rate: made === 0 ? 0 : (recent.failure + recent.timeout) / made,
      rejection_rate: wanted === 0 ? 0 : recent.rejected / wanted,
    };
  }
}

function noCalls(): CallCounts {
  return { success: 0, failure: 0, timeout: 0, rejected: 0 };
}
