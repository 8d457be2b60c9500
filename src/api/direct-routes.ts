import { type Context, Hono } from 'hono';
import type { AuthenticatedKey } from '../platform/keys/scopes.ts';
import type { ApiDeps, AppEnv } from './context.ts';
import { authenticate } from './middleware/authenticate.ts';
import type { Observer } from './middleware/observe.ts';
import { createRateLimit, type RateLimitVerdict } from './middleware/rate-limit.ts';
import { requestHeader } from './middleware/request-header.ts';
import { requestIdOf } from './middleware/request-id.ts';
import { problemResponse } from './problem.ts';
import { balancePath, createBalanceRead } from './routes/credits/balance.ts';

const prefix = '/credits/balance/';
/** Where the path of a URL begins at the earliest: after `http://` and a host. */
const authorityAt = 'http://x'.length;

/**
 * Answers reads of a balance beside the app's chain of middleware. Hono runs two handlers or more as a chain of promises,
 * Node writes an answer that comes as a promise by a slower path, and headers set one by one cost more than a small
 * answer; a single handler that returns its answer has none of these. Whatever else there is goes the usual way.
 *
 * docs/explanation/ledger-reads.md has the figures.
 */
export function answerDirectly(app: Hono<AppEnv>, deps: ApiDeps, observer: Observer): void {
  const usual = app.fetch;
  const direct = new Hono<AppEnv>();
  direct.get(balancePath, directRoute(deps, observer, balancePath, createBalanceRead(deps)));
  direct.onError((error, c) => problemResponse(c, error));
  direct.notFound((c) => usual(c.req.raw, c.env));
  app.fetch = (request, ...rest) =>
    request.method === 'GET' && request.url.startsWith(prefix, request.url.indexOf('/', authorityAt))
      ? direct.fetch(request, ...rest)
      : usual(request, ...rest);
}

/** A read that answers 200 with JSON text or throws. */
type Read = (c: Context<AppEnv>) => string | Promise<string>;

/** What `middleware/envelope.ts` does around a route, for one GET and without a promise while none is needed. */
function directRoute(
  deps: ApiDeps,
  observer: Observer,
  route: string,
  read: Read,
): (c: Context<AppEnv>) => Response | Promise<Response> {
  const rateLimit = createRateLimit(deps);

  return (c) => {
    const started = performance.now();
    observer.begin();
    const requestId = requestIdOf(requestHeader(c, 'x-request-id'));
    c.set('requestId', requestId);
    c.set('log', deps.log);
    let verdict: RateLimitVerdict | null = null;

    function accept(key: AuthenticatedKey): Response | Promise<Response> {
      c.set('key', key);
      const decided = rateLimit(key);
      return decided instanceof Promise ? decided.then(proceed) : proceed(decided);
    }

    function proceed(decided: RateLimitVerdict): Response | Promise<Response> {
      verdict = decided;
      if (decided.refusal !== null) throw decided.refusal;
      const text = read(c);
      return typeof text === 'string'
        ? succeed(text, decided)
        : text.then((later) => succeed(later, decided));
    }

    function succeed(text: string, { policy, left }: RateLimitVerdict): Response {
      observer.end(c, route, 200, started);
      // One plain object: as such it goes to Node as it is.
      const headers = {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(text)),
        'X-Request-Id': requestId,
        'X-Content-Type-Options': 'nosniff',
        'RateLimit-Policy': policy,
        RateLimit: left,
      };
      return new Response(text, { status: 200, headers });
    }

    function fail(error: unknown): Response {
      const answer = problemResponse(c, error);
      setHeaders(answer, requestId, verdict);
      observer.end(c, route, answer.status, started);
      return answer;
    }

    try {
      const key = authenticate(deps.keys, requestHeader(c, 'authorization'));
      const answer = key instanceof Promise ? key.then(accept) : accept(key);
      return answer instanceof Promise ? answer.catch(fail) : answer;
    } catch (error) {
      return fail(error);
    }
  };
}

/** An error's answer is not where time matters: its headers are set one by one. */
function setHeaders(answer: Response, requestId: string, verdict: RateLimitVerdict | null): void {
  answer.headers.set('X-Request-Id', requestId);
  answer.headers.set('X-Content-Type-Options', 'nosniff');
  if (verdict === null) return;
  answer.headers.set('RateLimit-Policy', verdict.policy);
  answer.headers.set('RateLimit', verdict.left);
}
