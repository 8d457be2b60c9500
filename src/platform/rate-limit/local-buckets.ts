import type { BucketSize, RateLimitDecision, RateLimiter } from './rate-limiter.ts';

/** Beyond so many keys the oldest buckets are forgotten, that is, full again; about 2 MB. */
const bucketsMax = 10_000;

interface Bucket {
  tokens: number;
  lastMs: number;
}

/** Token buckets of this process alone: exact for one process, a limit per process for several. */
export class LocalBuckets implements RateLimiter {
  readonly #buckets = new Map<string, Bucket>();
  readonly #clock: () => number;

  /** @param clock milliseconds; one that steps back grants nothing. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  take(id: string, size: BucketSize): RateLimitDecision {
    const now = this.#clock();
    const bucket = this.#bucket(id, size, now);
    const elapsedMs = Math.max(0, now - bucket.lastMs);
    bucket.tokens = Math.min(size.capacity, bucket.tokens + (elapsedMs * size.refillPerSecond) / 1000);
    bucket.lastMs = now;
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    return decisionOf(allowed, bucket.tokens, size);
  }

  #bucket(id: string, size: BucketSize, now: number): Bucket {
    const known = this.#buckets.get(id);
    if (known !== undefined) return known;
    if (this.#buckets.size >= bucketsMax) this.#buckets.delete(this.#buckets.keys().next().value!);
    const bucket = { tokens: size.capacity, lastMs: now };
    this.#buckets.set(id, bucket);
    return bucket;
  }
}

function decisionOf(allowed: boolean, tokens: number, size: BucketSize): RateLimitDecision {
  const missing = Math.max(0, 1 - tokens);
  return {
    allowed,
    remaining: Math.floor(tokens),
    retryAfterMs: Math.ceil((missing * 1000) / size.refillPerSecond),
  };
}
