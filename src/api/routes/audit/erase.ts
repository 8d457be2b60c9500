import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { insertEvents } from '../../../audit/events/insert-events.ts';
import { recordEvent } from '../../../audit/events/record-event.ts';
import { withTransaction } from '../../../platform/database/transaction.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';

const bodySchema = z
  .strictObject({
    tenant_id: z.string().optional(),
    subject: z.string().min(1).max(255).describe('Whose data: the name under which it was sealed.'),
  })
  .openapi('AuditEraseRequest');

const erasedSchema = z
  .object({ success: z.literal(true), tenant_id: z.string(), keys_destroyed: z.int().min(0) })
  .openapi('AuditErased');

const route = createRoute({
  method: 'post',
  path: '/audit/erase',
  tags: ['Audit'],
  summary: "Make a subject's personal data unreadable for good",
  description:
    'Destroys the data key under which it is encrypted. Entries keep their bytes, so roots and proofs stay valid. Erasing ' +
    'again destroys nothing more and is logged again.',
  middleware: [requireScope('admin')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: { description: 'Erased.', content: { 'application/json': { schema: erasedSchema } } },
  },
});

export function eraseSubject(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { tenant_id, subject } = c.req.valid('json');
    const key = c.get('key');
    const tenantId = resolveTenant(key, tenant_id, 'body.tenant_id');
    const destroyed = await withTransaction(deps.pool, async (client) => {
      const ids = await deps.vault.erase(tenantId, subject, client);
      // The subject is not named: the record of an erasure must not keep what was erased. The keys are: after a restore
      // `assay audit erase-again` destroys them once more.
      const details = { data_key_ids: ids, keys_destroyed: ids.length };
      const erased = recordEvent(
        { action: 'data.erased', actor: key.keyId, tenantId, details },
        deps.clock(),
      );
      await insertEvents(client, [erased]);
      return ids.length;
    });
    return c.json({ success: true as const, tenant_id: tenantId, keys_destroyed: destroyed }, 200);
  });
}
