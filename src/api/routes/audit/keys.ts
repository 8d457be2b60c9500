import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listVerifierKeys } from '../../../audit/checkpoints/verifier-keys.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';

const keysSchema = z
  .object({
    log: z
      .array(z.string())
      .describe('Keys that signed checkpoints, oldest first: `<name>+<key id>+<base64>`.'),
    witness: z.array(z.string()),
  })
  .openapi('AuditKeys');

const route = createRoute({
  method: 'get',
  path: '/audit/keys',
  tags: ['Audit'],
  summary: 'Read the verifier keys of the log and its witness',
  description: 'For convenience: who verifies pins keys that were got from somebody else.',
  middleware: [requireScope('audit:read')] as const,
  responses: {
    200: { description: 'Keys in note form.', content: { 'application/json': { schema: keysSchema } } },
  },
});

export function showAuditKeys(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const keys = await listVerifierKeys(deps.pool);
    const of = (role: string) => keys.filter((key) => key.role === role).map((key) => key.verifier_key);
    return c.json({ log: of('log'), witness: of('witness') }, 200);
  });
}
