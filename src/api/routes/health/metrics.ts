import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';

/** The Prometheus exposition; its format is Prometheus's own, so it is not part of the OpenAPI document. */
export function scrapeMetrics(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.get('/metrics', async (c) =>
    c.body(await deps.metrics.text(), 200, { 'content-type': deps.metrics.contentType }),
  );
}
