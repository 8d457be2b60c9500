/** A token bucket's size and refill; a request takes one token. */
export interface BucketSize {
  /** Tokens a full bucket holds: the requests that may come at once. */
  capacity: number;
  refillPerSecond: number;
}

export interface RateLimitDecision {
  allowed: boolean;
  /** Whole tokens left. */
  remaining: number;
  /** Milliseconds until one token is there; 0 when one is. */
  retryAfterMs: number;
}

export interface RateLimiter {
  /**
   * Takes one token from the bucket `id`. A limiter that need not wait answers at once, so that the request path stays
   * synchronous; callers await only a promise.
   */
  take(id: string, size: BucketSize): RateLimitDecision | Promise<RateLimitDecision>;
}
