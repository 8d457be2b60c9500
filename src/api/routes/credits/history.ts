import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { decodeHistoryCursor, encodeHistoryCursor } from '../../../ledger/reads/history-cursor.ts';
import { type HistoryEntry, readHistory, transferTypes } from '../../../ledger/reads/read-history.ts';
import { NotFoundError } from '../../../platform/errors.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { instantSchema } from './instant.ts';

/** A page of 1,000 is some 400 kB. */
const limitMax = 1_000;
const limitDefault = 50;

const cursorSchema = z
  .string()
  .max(64)
  .transform((text, context) => {
    const place = decodeHistoryCursor(text);
    if (place !== null) return place;
    context.addIssue({
      code: 'custom',
      message: 'is no cursor; send next_cursor of the page before as it is',
    });
    return z.NEVER;
  });

const querySchema = z.strictObject({
  tenant_id: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(limitMax).default(limitDefault),
  cursor: cursorSchema
    .optional()
    .describe('`next_cursor` of the page before, with the same other parameters.'),
  type: z.enum(transferTypes).optional(),
  from: instantSchema.optional().describe('Recorded at or after this moment, RFC 3339.'),
  to: instantSchema.optional().describe('Recorded before this moment.'),
});

const historySchema = z
  .object({
    transactions: z.array(
      z.object({
        transaction_id: z.uuid(),
        type: z.enum(transferTypes),
        amount: z.int().min(1),
        balance_after: z.int().min(0).describe('Held credits included.'),
        description: z.string().nullable(),
        reference: z.string().nullable(),
        grants: z
          .array(z.object({ grant_id: z.uuid(), amount: z.int().min(1) }))
          .describe('The grants it burned, pinned or gave back to.'),
        created_at: z.iso.datetime(),
      }),
    ),
    next_cursor: z.string().nullable().describe('null: this was the last page.'),
  })
  .openapi('History');

const route = createRoute({
  method: 'get',
  path: '/credits/history',
  tags: ['Credits'],
  summary: "List a tenant's transfers",
  description:
    'Newest first. Following the cursor neither repeats nor skips anything, whatever is written meanwhile.',
  middleware: [requireScope('credits:read')] as const,
  request: { query: querySchema },
  responses: {
    200: { description: 'A page.', content: { 'application/json': { schema: historySchema } } },
    404: { description: 'There is no such tenant.' },
  },
});

export function readCreditsHistory(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { tenant_id, limit, cursor, type, from, to } = c.req.valid('query');
    const tenantId = resolveTenant(c.get('key'), tenant_id);
    const page = await readHistory(deps.pool, {
      tenantId,
      limit,
      below: cursor ?? null,
      type: type ?? null,
      from: from ?? null,
      to: to ?? null,
    });
    if (page === null) throw new NotFoundError(`there is no tenant "${tenantId}"`);
    const next = page.next === null ? null : encodeHistoryCursor(page.next);
    return c.json({ transactions: page.entries.map(transactionOf), next_cursor: next }, 200);
  });
}

function transactionOf(entry: HistoryEntry) {
  return {
    transaction_id: entry.transactionId,
    type: entry.type,
    amount: entry.amount,
    balance_after: entry.balanceAfter,
    description: entry.description,
    reference: entry.reference,
    grants: entry.grants.map(({ grantId, amount }) => ({ grant_id: grantId, amount })),
    created_at: entry.recordedAt.toISOString(),
  };
}
