import { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from './context.ts';
import { answerDirectly } from './direct-routes.ts';
import { envelope } from './middleware/envelope.ts';
import { createObserver } from './middleware/observe.ts';
import { validationHook } from './middleware/validation.ts';
import { notFound } from './not-found.ts';
import { problemResponse } from './problem.ts';
import { recordRefusal } from './record-refusal.ts';
import { registerRoutes } from './routes.ts';

/**
 * The whole HTTP API, without a server: tests call `app.request()`.
 *
 * @example
 * const app = createApp(deps);
 * const answer = await app.request('/health');
 */
export function createApp(deps: ApiDeps): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: validationHook });
  app.onError(async (error, c) => {
    await recordRefusal(deps, c, error);
    return problemResponse(c, error);
  });
  app.notFound((c) => problemResponse(c, notFound(app, c)));
  const observer = createObserver(deps.metrics, deps.log);
  app.use('*', envelope(deps, observer));
  registerRoutes(app, deps);
  answerDirectly(app, deps, observer);
  return app;
}
