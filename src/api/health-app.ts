import { OpenAPIHono } from '@hono/zod-openapi';
import type { AppEnv, HealthDeps } from './context.ts';
import { requestIdOf } from './middleware/request-id.ts';
import { notFound } from './not-found.ts';
import { problemResponse } from './problem.ts';
import { liveHealth } from './routes/health/live.ts';
import { scrapeMetrics } from './routes/health/metrics.ts';
import { readyHealth } from './routes/health/ready.ts';

/** `/health`, `/ready` and `/metrics` alone: what a process without an API of its own shows to its keepers. */
export function createHealthApp(deps: HealthDeps): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();
  app.use('*', async (c, next) => {
    c.set('requestId', requestIdOf(c.req.header('x-request-id')));
    c.set('log', deps.log);
    await next();
  });
  app.onError((error, c) => problemResponse(c, error));
  app.notFound((c) => problemResponse(c, notFound(app, c)));
  for (const register of [liveHealth, readyHealth, scrapeMetrics]) register(app, deps);
  return app;
}
