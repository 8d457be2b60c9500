import { RateLimitedError } from '../../platform/errors.ts';
import type { AuthenticatedKey } from '../../platform/keys/scopes.ts';
import type { BucketSize, RateLimitDecision } from '../../platform/rate-limit/rate-limiter.ts';
import type { ApiDeps } from '../context.ts';

interface Policy {
  size: BucketSize;
  /** `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10: q tokens in a window of w seconds. */
  header: string;
}

/** What was decided about a request, and what its answer says of it. */
export interface RateLimitVerdict {
  /** `RateLimit-Policy`. */
  policy: string;
  /** `RateLimit`. */
  left: string;
  /** Answered as 429 with `Retry-After`; null: the request may pass. */
  refusal: RateLimitedError | null;
}

/**
 * Takes a token of the key's bucket.
 *
 * @returns the verdict at once where it could be decided at once, which it always is without Redis.
 */
export function createRateLimit(
  deps: Pick<ApiDeps, 'config' | 'metrics' | 'rateLimiter'>,
): (key: AuthenticatedKey) => RateLimitVerdict | Promise<RateLimitVerdict> {
  const { rateLimitRequestsPerSecond: perSecond, rateLimitBurst: burst } = deps.config;
  const byDefault = policyOf(perSecond, burst);
  const own = new WeakMap<AuthenticatedKey, Policy>();
  const rejected = deps.metrics.counter('rate_limit_rejected_total');

  function policyFor(key: AuthenticatedKey): Policy {
    if (key.requestsPerSecond === null) return byDefault;
    const known = own.get(key);
    if (known !== undefined) return known;
    const policy = policyOf(key.requestsPerSecond, Math.ceil((key.requestsPerSecond * burst) / perSecond));
    own.set(key, policy);
    return policy;
  }

  function verdictOf(policy: Policy, decision: RateLimitDecision): RateLimitVerdict {
    const { capacity, refillPerSecond } = policy.size;
    const fullInSeconds = Math.ceil((capacity - decision.remaining) / refillPerSecond);
    const left = `"key";r=${decision.remaining};t=${fullInSeconds}`;
    if (decision.allowed) return { policy: policy.header, left, refusal: null };
    rejected.inc();
    const retryAfterSeconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
    const refusal = new RateLimitedError(`this key may send ${refillPerSecond} requests a second`, {
      retryAfterSeconds,
    });
    return { policy: policy.header, left, refusal };
  }

  return (key) => {
    const policy = policyFor(key);
    const decision = deps.rateLimiter.take(key.keyId, policy.size);
    return decision instanceof Promise
      ? decision.then((later) => verdictOf(policy, later))
      : verdictOf(policy, decision);
  };
}

function policyOf(refillPerSecond: number, burst: number): Policy {
  const capacity = Math.max(1, burst);
  const windowSeconds = Math.ceil(capacity / refillPerSecond);
  return { size: { capacity, refillPerSecond }, header: `"key";q=${capacity};w=${windowSeconds}` };
}
