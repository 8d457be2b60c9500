import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';

const route = createRoute({
  method: 'post',
  path: '/audit/flush',
  tags: ['Audit'],
  summary: 'Have waiting events sequenced now',
  description: 'They are within half a second anyway.',
  middleware: [requireScope('admin')] as const,
  responses: {
    202: {
      description: 'A worker was reminded.',
      content: { 'application/json': { schema: z.object({ status: z.literal('queued') }) } },
    },
  },
});

export function flushAudit(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    await deps.auditFlush.enqueue();
    return c.json({ status: 'queued' as const }, 202);
  });
}
