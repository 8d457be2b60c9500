import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { listEntries } from '../../../audit/entries/list-entries.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { base64, count } from './query-fields.ts';
import { tenantToShow } from './tenant-to-show.ts';

/** 400 kB of leaves at most; more is what the export is for. */
const limitMax = 1_000;

const querySchema = z.strictObject({
  from_seq: count('The first `seq`. Default: 0.').default(0),
  limit: z.coerce.number().int().min(1).max(limitMax).default(100),
  tenant_id: z.string().optional().describe('Only this tenant. A key bound to a tenant sees only its own.'),
});

const entriesSchema = z
  .object({
    entries: z.array(
      z.object({
        seq: z.int().min(0),
        tenant_id: z.string(),
        tenant_seq: z.int().min(0),
        sequenced_at: z.iso.datetime(),
        event: z.unknown().describe('The event, parsed. What is hashed is `leaf`.'),
        leaf: base64.describe('The exact leaf bytes.'),
        leaf_hash: base64,
        chain_hash: base64,
      }),
    ),
    next_seq: z.int().nullable().describe('`from_seq` of the next page; null when there is none yet.'),
  })
  .openapi('AuditEntries');

const route = createRoute({
  method: 'get',
  path: '/audit/entries',
  tags: ['Audit'],
  summary: 'Read entries of the audit log',
  middleware: [requireScope('audit:read')] as const,
  request: { query: querySchema },
  responses: {
    200: {
      description: 'Entries in order of `seq`.',
      content: { 'application/json': { schema: entriesSchema } },
    },
  },
});

export function listAuditEntries(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { from_seq, limit, tenant_id } = c.req.valid('query');
    const tenantId = tenantToShow(c.get('key'), tenant_id);
    const entries = await listEntries(deps.pool, from_seq, limit, tenantId);
    const nextSeq = entries.length === limit ? entries.at(-1)!.seq + 1 : null;
    return c.json({ entries, next_seq: nextSeq }, 200);
  });
}
