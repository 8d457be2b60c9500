import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';

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

export function liveHealth(app: OpenAPIHono<AppEnv>, _deps: ApiDeps): void {
  app.openapi(route, (c) => c.json({ status: 'ok' as const }, 200));
}
