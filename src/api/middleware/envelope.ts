import type { Context, MiddlewareHandler } from 'hono';
import type { AuthenticatedKey } from '../../platform/keys/scopes.ts';
import type { ApiDeps, AppEnv } from '../context.ts';
import { problemResponse } from '../problem.ts';
import { isPublic } from '../public-paths.ts';
import { setAnswerHeader } from './answer-header.ts';
import { authenticate } from './authenticate.ts';
import { bodyLimitOf, isStreamed, readBoundedBody } from './body-limit.ts';
import { parseJsonBody } from './json-body.ts';
import { type Observer, routeOf, unmatched } from './observe.ts';
import { createRateLimit, type RateLimitVerdict } from './rate-limit.ts';
import { requestHeader } from './request-header.ts';
import { requestIdOf } from './request-id.ts';

const isJson = /^application\/([\w.-]+\+)?json\b/i;

/**
 * All that happens around a route, in one middleware and in this order: request id, key, rate limit, body, the route,
 * metrics. One rather than six, because each async middleware of Hono costs every request a promise and a turn of the
 * microtask queue; a request with a known key and no body reaches its route without any.
 *
 * Whatever is not listed as public needs a key: a route that forgets to ask for a scope is still not open.
 */
export function envelope(deps: ApiDeps, observer: Observer): MiddlewareHandler<AppEnv> {
  const rateLimit = createRateLimit(deps);

  function admit(c: Context<AppEnv>): undefined | Promise<void> {
    const key = authenticate(deps.keys, requestHeader(c, 'authorization'));
    return key instanceof Promise ? key.then((later) => accept(c, later)) : accept(c, key);
  }

  function accept(c: Context<AppEnv>, key: AuthenticatedKey): undefined | Promise<void> {
    c.set('key', key);
    const verdict = rateLimit(key);
    return verdict instanceof Promise ? verdict.then((later) => obey(c, later)) : obey(c, verdict);
  }

  return async (c, next) => {
    const started = performance.now();
    observer.begin();
    const route = routeOf(c);
    const requestId = requestIdOf(requestHeader(c, 'x-request-id'));
    c.set('requestId', requestId);
    c.set('log', deps.log);
    setAnswerHeader(c, 'X-Request-Id', requestId);
    setAnswerHeader(c, 'X-Content-Type-Options', 'nosniff');
    try {
      // A path that does not exist says so without a key: its 404 gives nothing away.
      if (route !== unmatched && !isPublic(c.req.path)) {
        const waiting = admit(c);
        if (waiting !== undefined) await waiting;
        if (hasJsonBody(c)) {
          await undefined;
          const bytes = readBoundedBody(c, bodyLimitOf(c.req.path, deps.config));
          keepBody(c, bytes instanceof Promise ? await bytes : bytes);
        }
      }
      await next();
    } catch (error) {
      c.res = problemResponse(c, error);
    }
    observer.end(c, route, c.res.status, started);
  };
}

function obey(c: Context<AppEnv>, { policy, left, refusal }: RateLimitVerdict): undefined {
  setAnswerHeader(c, 'RateLimit-Policy', policy);
  setAnswerHeader(c, 'RateLimit', left);
  if (refusal !== null) throw refusal;
}

function hasJsonBody(c: Context<AppEnv>): boolean {
  const method = c.req.method;
  if (method === 'GET' || method === 'HEAD') return false;
  const type = requestHeader(c, 'content-type');
  return type !== undefined && isJson.test(type) && !isStreamed(c.req.path);
}

/** Parses the body before the route's validators ask for it, so that its faults keep their own words. */
function keepBody(c: Context<AppEnv>, bytes: Buffer): void {
  const value = bytes.length === 0 ? undefined : parseJsonBody(bytes);
  c.set('body', value);
  c.req.json = () => Promise.resolve(value) as Promise<never>;
}
