import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv, HealthDeps } from '../../context.ts';

const route = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Operation'],
  summary: 'Metrics for Prometheus',
  security: [],
  responses: {
    200: {
      description: "Prometheus's text exposition format.",
      content: { 'text/plain': { schema: z.string() } },
    },
  },
});

/** What this process counted, for a scraper. */
export function scrapeMetrics(app: OpenAPIHono<AppEnv>, deps: HealthDeps): void {
  app.openapi(route, async (c) =>
    c.text(await deps.metrics.text(), 200, { 'content-type': deps.metrics.contentType }),
  );
}
