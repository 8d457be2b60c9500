import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { breakerSchema } from './breaker-schema.ts';

const bodySchema = z
  .strictObject({ name: z.string().max(100).optional().describe('Default: all of them.') })
  .openapi('ResetCircuitBreakerRequest');

const resetSchema = z
  .object({ success: z.literal(true), breakers: z.array(breakerSchema) })
  .openapi('CircuitBreakersReset');

const route = createRoute({
  method: 'post',
  path: '/circuit-breaker/reset',
  tags: ['Operation'],
  summary: 'Close circuit breakers of this process',
  description:
    'For an operator who knows that the cause is gone; a breaker closes by itself as soon as one call gets through.',
  middleware: [requireScope('admin')] as const,
  request: { body: { required: false, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: {
      description: 'The breakers that were closed, as they are now.',
      content: { 'application/json': { schema: resetSchema } },
    },
  },
});

export function resetBreakers(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, (c) => {
    const { name } = c.req.valid('json') ?? {};
    const chosen = name === undefined ? deps.breakers.all() : [deps.breakers.get(name)];
    const breakers = chosen.map((guard) => {
      if (guard === undefined) throw new NotFoundError(`there is no circuit breaker "${name}"`);
      guard.reset();
      return guard.stats();
    });
    c.get('log').info(
      { key: c.get('key').keyId, breakers: breakers.map((one) => one.name) },
      'breakers reset',
    );
    return c.json({ success: true as const, breakers }, 200);
  });
}
