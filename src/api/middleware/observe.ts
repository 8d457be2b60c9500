import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { AppEnv } from '../context.ts';

export interface Observer {
  begin(): void;
  /** @param startedMs `performance.now()` at the start. */
  end(c: Context<AppEnv>, startedMs: number): void;
}

/**
 * Counts and times requests by route pattern, never by path, so that ids cannot multiply the series. Requests that went
 * well are logged at `debug`: at thousands a second the lines would cost more than the requests, and the metrics have
 * them. Refused ones are logged at `info`, failed ones at `warn`. Neither headers, query nor bodies are logged.
 */
export function createObserver(metrics: Metrics, log: Logger): Observer {
  const total = metrics.counter('http_requests_total');
  const duration = metrics.histogram('http_request_duration_seconds');
  let inFlight = 0;
  metrics.beforeScrape(() => metrics.gauge('http_requests_in_flight').set(inFlight));
  return {
    begin: () => {
      inFlight++;
    },
    end: (c, startedMs) => {
      inFlight--;
      const elapsedMs = performance.now() - startedMs;
      const method = c.req.method;
      const route = routeOf(c);
      const status = c.res.status;
      total.inc({ method, route, status });
      duration.observe({ method, route }, elapsedMs / 1000);
      const level = status < 400 ? 'debug' : status < 500 ? 'info' : 'warn';
      if (!log.isLevelEnabled(level)) return;
      log[level](
        {
          request_id: c.get('requestId'),
          key_id: c.get('key')?.keyId,
          method,
          route,
          status,
          duration_ms: Math.round(elapsedMs * 1000) / 1000,
        },
        'request',
      );
    },
  };
}

/** The pattern of the route that matched, middleware aside; one label for all that matched none. */
export function routeOf(c: Context<AppEnv>): string {
  const last = matchedRoutes(c).at(-1);
  return last === undefined || last.method === 'ALL' ? 'unmatched' : last.path;
}
