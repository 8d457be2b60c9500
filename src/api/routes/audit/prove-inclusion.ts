import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { proveInclusion } from '../../../audit/tree/prove.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { base64, count } from './query-fields.ts';

const proofSchema = z
  .object({
    seq: z.int().min(0),
    size: z.int().min(1),
    leaf_hash: base64,
    proof: z.array(base64).describe('RFC 6962 section 2.1.1, from the leaf up.'),
  })
  .openapi('AuditInclusionProof');

const route = createRoute({
  method: 'get',
  path: '/audit/proof/inclusion',
  tags: ['Audit'],
  summary: 'Prove that an entry is in the log',
  middleware: [requireScope('audit:read')] as const,
  request: {
    query: z.strictObject({
      seq: count('The entry.'),
      size: count('Of the tree to prove it in. Default: the newest checkpoint.').optional(),
    }),
  },
  responses: {
    200: { description: 'The proof.', content: { 'application/json': { schema: proofSchema } } },
  },
});

export function proveAuditInclusion(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { seq, size } = c.req.valid('query');
    const proof = await proveInclusion(deps.pool, seq, size);
    return c.json(
      {
        seq,
        size: proof.size,
        leaf_hash: proof.leafHash.toString('base64'),
        proof: proof.hashes.map((hash) => hash.toString('base64')),
      },
      200,
    );
  });
}
