import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readBalanceAt } from '../../../ledger/reads/read-balance-at.ts';
import { NotFoundError } from '../../../platform/errors.ts';
import { createBulkhead } from '../../../platform/resilience/bulkhead.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { assertScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { refuseIssues } from '../../middleware/validation.ts';
import { instantSchema } from './instant.ts';

const credits = z.int().min(0);

const balanceSchema = z
  .object({
    tenant_id: z.string(),
    balance: credits.describe('Held credits included.'),
    reserved_funds: credits.describe('Held by reservations.'),
    available: credits.describe('What can be spent: balance − reserved_funds.'),
    leased: credits.describe('Handed to sidecars; in neither of the others.'),
    total_spent: credits.describe('Less what was refunded.'),
    total_purchased: credits,
    version: z.int().min(0).describe("The number of the tenant's last transfer."),
    grants: z
      .array(
        z.object({
          grant_id: z.uuid(),
          amount: z.int().min(1),
          remaining: z.int().min(1).describe('Held credits included, leased ones not.'),
          priority: z.int(),
          expires_at: z.iso.datetime().nullable(),
        }),
      )
      .describe('Live grants in the order in which they burn.'),
    grants_omitted: z.int().optional().describe('Live grants beyond the 5,000 that are listed.'),
  })
  .openapi('Balance');

const querySchema = z.strictObject({
  at: instantSchema.optional().describe('The balance as it was at a moment, RFC 3339.'),
  fresh: z.enum(['0', '1']).optional().describe('1: past the caches.'),
});

const paramsSchema = z.object({ tenant_id: z.string() });
const path = '/credits/balance';
const json = { 'content-type': 'application/json' };

/** Past moments are rare and may read much of a history; they take turns on few connections. */
const pastReads = { atOnce: 2, waiting: 32 };

export function readCreditsBalance(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openAPIRegistry.registerPath({
    method: 'get',
    path: `${path}/{tenant_id}`,
    tags: ['Credits'],
    summary: "Read a tenant's balance",
    description:
      'Exact when it is read: what has expired by then counts, written down or not. Answers may come from caches, which ' +
      'other processes correct within a second of a write, and the process that wrote at once; no spend is decided from them.',
    request: { params: paramsSchema, query: querySchema },
    responses: {
      200: { description: 'The balance.', content: { 'application/json': { schema: balanceSchema } } },
      404: { description: 'There is no such tenant.' },
    },
  });
  const read = createBalanceRead(deps);
  app.get(balancePath, async (c) => c.body(await read(c), 200, json));
}

export const balancePath = `${path}/:tenant_id`;

/**
 * Checks and answers a read of a balance with JSON text, at once where it is cached: then a chain of handlers and
 * promises would be most of the work (`direct-routes.ts`).
 */
export function createBalanceRead(deps: ApiDeps): (c: Context<AppEnv>) => string | Promise<string> {
  const pastRead = createBulkhead(pastReads);
  return (c) => {
    const key = c.get('key');
    assertScope(key, 'credits:read');
    if (c.req.raw.url.includes('?')) return readAsAsked(c, deps, pastRead);
    const named = c.req.param('tenant_id')!;
    // A name that is in the cache needs no checks, only the key's right to it.
    if (key.tenantId === null || key.tenantId === named) {
      const known = deps.balances.recall(named);
      if (known !== undefined) return known.text;
    }
    const tenantId = resolveTenant(key, named, 'path.tenant_id');
    return textOf(tenantId, deps.balances.read(tenantId));
  };
}

async function readAsAsked(
  c: Context<AppEnv>,
  { balances, pool }: ApiDeps,
  pastRead: ReturnType<typeof createBulkhead>,
): Promise<string> {
  const parsed = querySchema.safeParse(c.req.query());
  if (!parsed.success) refuseIssues(parsed.error.issues, 'query');
  const { at, fresh } = parsed.data;
  const tenantId = resolveTenant(c.get('key'), c.req.param('tenant_id'), 'path.tenant_id');
  if (at === undefined) {
    return textOf(tenantId, fresh === '1' ? balances.readFresh(tenantId) : balances.read(tenantId));
  }
  const text = await pastRead(() => readBalanceAt(pool, tenantId, at));
  return textOf(tenantId, text === null ? null : { text });
}

type Found = { text: string } | null;

/** @throws NotFoundError when there is no such tenant. */
function textOf(tenantId: string, found: Found | Promise<Found>): string | Promise<string> {
  if (found instanceof Promise) return found.then((balance) => textOf(tenantId, balance));
  if (found === null) throw new NotFoundError(`there is no tenant "${tenantId}"`);
  return found.text;
}
