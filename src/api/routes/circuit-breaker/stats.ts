import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { breakerSchema } from './breaker-schema.ts';

const statsSchema = z.object({ breakers: z.array(breakerSchema) }).openapi('CircuitBreakerStats');

const route = createRoute({
  method: 'get',
  path: '/circuit-breaker/stats',
  tags: ['Operation'],
  summary: 'Circuit breakers of this process',
  description:
    'Each process has breakers of its own; behind a load balancer, `circuit_breaker_state` in the metrics shows all.',
  middleware: [requireScope('credits:read')] as const,
  responses: {
    200: {
      description: 'By name: state, calls and rates.',
      content: { 'application/json': { schema: statsSchema } },
    },
  },
});

export function showBreakerStats(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, (c) => c.json({ breakers: deps.breakers.all().map((guard) => guard.stats()) }, 200));
}
