import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { exportLog } from '../../../audit/export/export-log.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { assertRange, count } from './query-fields.ts';
import { tenantToShow } from './tenant-to-show.ts';

const route = createRoute({
  method: 'get',
  path: '/audit/export',
  tags: ['Audit'],
  summary: 'Export the log for offline verification',
  description:
    'NDJSON: first `{origin, checkpoint}`, then `{seq, leaf, chain_hash}` a line. A part of the log has `prev_chain_hash` ' +
    'in its first line and an `inclusion` proof a line. `assay-verify` reads both and needs nothing else but public keys.',
  middleware: [requireScope('audit:read')] as const,
  request: {
    query: z.strictObject({
      from: count('The first entry.').optional(),
      to: count('The entry after the last. Default: all that the newest checkpoint covers.').optional(),
      tenant_id: z.string().optional().describe("Only this tenant's entries, each with its proof."),
    }),
  },
  responses: {
    200: { description: 'The export.', content: { 'application/x-ndjson': { schema: z.string() } } },
  },
});

export function exportAuditLog(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { from, to, tenant_id } = c.req.valid('query');
    assertRange({ from, to });
    const tenantId = tenantToShow(c.get('key'), tenant_id) ?? undefined;
    const lines = exportLog(deps.pool, { from, to, tenantId });
    // The first line before the status: what is wrong from the start is answered as such.
    const first = await lines.next();
    const log = c.get('log');
    const encoder = new TextEncoder();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode(first.value ?? '')),
      pull: async (controller) => {
        try {
          const next = deps.stopping.aborted ? undefined : await lines.next();
          if (next === undefined) throw new Error('the server is stopping');
          if (next.done) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        } catch (error) {
          log.warn({ err: error }, 'an export broke off');
          controller.error(error);
        }
      },
      cancel: async () => {
        await lines.return();
      },
    });
    return c.body(body, 200, { 'content-type': 'application/x-ndjson' }) as never;
  });
}
