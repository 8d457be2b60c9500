import type { Context } from 'hono';
import { RateLimitedError } from '../../platform/errors.ts';
import type { AuthenticatedKey } from '../../platform/keys/scopes.ts';
import type { BucketSize, RateLimitDecision } from '../../platform/rate-limit/rate-limiter.ts';
import type { ApiDeps, AppEnv } from '../context.ts';
import { setAnswerHeader } from './answer-header.ts';

interface Policy {
  size: BucketSize;
  /** `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-10: q tokens in a window of w seconds. */
  header: string;
}

/**
 * Takes a token of the key's bucket and says in the headers what is left.
 *
 * @returns undefined when it could be decided at once, which it always is without Redis.
 * @throws RateLimitedError, answered as 429 with `Retry-After`.
 */
export function createRateLimit(
  deps: Pick<ApiDeps, 'config' | 'metrics' | 'rateLimiter'>,
): (c: Context<AppEnv>, key: AuthenticatedKey) => undefined | Promise<void> {
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

  function apply(c: Context<AppEnv>, policy: Policy, decision: RateLimitDecision): undefined {
    const { capacity, refillPerSecond } = policy.size;
    const fullInSeconds = Math.ceil((capacity - decision.remaining) / refillPerSecond);
    setAnswerHeader(c, 'RateLimit-Policy', policy.header);
    setAnswerHeader(c, 'RateLimit', `"key";r=${decision.remaining};t=${fullInSeconds}`);
    if (decision.allowed) return undefined;
    rejected.inc();
    const retryAfterSeconds = Math.max(1, Math.ceil(decision.retryAfterMs / 1000));
    throw new RateLimitedError(`this key may send ${refillPerSecond} requests a second`, {
      retryAfterSeconds,
    });
  }

  return (c, key) => {
    const policy = policyFor(key);
    const decision = deps.rateLimiter.take(key.keyId, policy.size);
    return decision instanceof Promise
      ? decision.then((later) => apply(c, policy, later))
      : apply(c, policy, decision);
  };
}

function policyOf(refillPerSecond: number, burst: number): Policy {
  const capacity = Math.max(1, burst);
  const windowSeconds = Math.ceil(capacity / refillPerSecond);
  return { size: { capacity, refillPerSecond }, header: `"key";q=${capacity};w=${windowSeconds}` };
}
