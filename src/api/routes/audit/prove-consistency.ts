import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { proveConsistency } from '../../../audit/tree/prove.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { base64, count } from './query-fields.ts';

const proofSchema = z
  .object({
    from: z.int().min(0),
    to: z.int().min(0),
    proof: z.array(base64).describe('RFC 6962 section 2.1.2.'),
  })
  .openapi('AuditConsistencyProof');

const route = createRoute({
  method: 'get',
  path: '/audit/proof/consistency',
  tags: ['Audit'],
  summary: 'Prove that the log at one size is the beginning of it at another',
  middleware: [requireScope('audit:read')] as const,
  request: {
    query: z.strictObject({
      from: count('The smaller size.'),
      to: count('The larger size. Default: the newest checkpoint.').optional(),
    }),
  },
  responses: {
    200: { description: 'The proof.', content: { 'application/json': { schema: proofSchema } } },
  },
});

export function proveAuditConsistency(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { from, to } = c.req.valid('query');
    const proof = await proveConsistency(deps.pool, from, to);
    return c.json({ from, to: proof.to, proof: proof.hashes.map((hash) => hash.toString('base64')) }, 200);
  });
}
