import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { AppEnv, HealthDeps } from '../../context.ts';

const route = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Operation'],
  summary: 'Is the process alive?',
  description: 'Looks at nothing but itself: restarting a process does not mend its database.',
  security: [],
  responses: {
    200: {
      description: 'Alive.',
      content: { 'application/json': { schema: z.object({ status: z.literal('ok') }) } },
    },
  },
});

export function liveHealth(app: OpenAPIHono<AppEnv>, _deps: HealthDeps): void {
  app.openapi(route, (c) => c.json({ status: 'ok' as const }, 200));
}
