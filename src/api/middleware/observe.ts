import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { AppEnv } from '../context.ts';

export interface Observer {
  begin(): void;
  /**
   * @param route as `routeOf` has it.
   * @param startedMs `performance.now()` at the start.
   */
  end(c: Context<AppEnv>, route: string, status: number, startedMs: number): void;
}

/**
 * Counts and times requests by route pattern, never by path, so that ids cannot multiply the series. Requests that went
 * well are logged at `debug`: at thousands a second the lines would cost more than the requests, and the metrics have
 * them. Refused ones are logged at `info`, failed ones at `warn`. Neither headers, query nor bodies are logged.
 */
export function createObserver(metrics: Metrics, log: Logger): Observer {
  const seriesOf = createSeries(metrics);
  let inFlight = 0;
  metrics.beforeScrape(() => metrics.gauge('http_requests_in_flight').set(inFlight));
  return {
    begin: () => {
      inFlight++;
    },
    end: (c, route, status, startedMs) => {
      inFlight--;
      const elapsedMs = performance.now() - startedMs;
      const method = c.req.method;
      const series = seriesOf(method, route, status);
      series.count++;
      series.duration.observe(elapsedMs / 1000);
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

interface Series {
  /** Counted since the last scrape. */
  count: number;
  labels: { method: string; route: string; status: number };
  duration: { observe(seconds: number): void };
}

/**
 * The series of a method, route and status, looked up once and counted here between scrapes: prom-client joins and
 * checks the labels at every call, which costs more than a small request's routing. There are as many as series, and
 * those are bounded: routes are patterns, and Node's parser knows some forty methods.
 */
function createSeries(metrics: Metrics): (method: string, route: string, status: number) => Series {
  const total = metrics.counter('http_requests_total');
  const duration = metrics.histogram('http_request_duration_seconds');
  const known = new Map<string, Series>();
  metrics.beforeScrape(() => {
    for (const series of known.values()) {
      total.inc(series.labels, series.count);
      series.count = 0;
    }
  });
  return (method, route, status) => {
    const key = `${status} ${method} ${route}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const labels = { method, route, status };
    const series = { count: 0, labels, duration: duration.labels({ method, route }) };
    known.set(key, series);
    return series;
  };
}

/** The label of all requests whose path has no route. */
export const unmatched = 'unmatched';

/** The pattern of the route that matched, middleware aside; one label for all that matched none. */
export function routeOf(c: Context<AppEnv>): string {
  const last = matchedRoutes(c).at(-1);
  return last === undefined || last.method === 'ALL' ? unmatched : last.path;
}
