import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { tenantsOfLeases } from '../../../ledger/leases/tenants-of-leases.ts';
import type { Answer } from '../../../ledger/operation.ts';
import type { AuthenticatedKey } from '../../../platform/keys/scopes.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { postJson } from '../../post-json.ts';
import { renderRefusal } from '../credits/send-answer.ts';
import { epochSchema, leaseStates } from './lease-schema.ts';

const settlementsMax = 10_000;

const settlementSchema = z.strictObject({
  lease_id: z.uuid(),
  epoch: epochSchema,
  cumulative_spent: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .describe('Of the lease, since it was granted.'),
  final: z.boolean().optional().describe('Nothing more will be spent: the rest returns.'),
});
type Settlement = z.output<typeof settlementSchema>;

const bodySchema = z
  .strictObject({ settlements: z.array(settlementSchema).min(1).max(settlementsMax) })
  .openapi('SettleRequest');

const answerSchema = z
  .object({
    settlements: z.array(
      z.object({
        lease_id: z.uuid(),
        status: z.int().describe('200, or why it was refused: then `code` and `detail` say more.'),
        settled: z.int().optional(),
        returned: z.int().optional(),
        state: z.enum(leaseStates).optional(),
        expires_in_ms: z.int().optional(),
        refresh_ms: z
          .int()
          .optional()
          .describe('How long to wait before the next settlement; shorter as the tenant runs dry.'),
        recall: z.boolean().optional(),
        available: z.int().optional(),
      }),
    ),
  })
  .openapi('Settled');

export function settleLeases(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const route = {
    path: '/leases/settle',
    tags: ['Leases'],
    summary: 'Say what was spent of leases',
    description:
      'Cumulative, merged by maximum: settlements may come late, twice and in any order. One that is not final renews its ' +
      'lease. Results are in the order of the request; where all were refused, the answer has the status of the first.',
    scope: 'leases' as const,
    body: bodySchema,
    responses: {
      200: { description: 'Settled.', content: { 'application/json': { schema: answerSchema } } },
      404: { description: 'No such lease.' },
      409: { description: '`stale_epoch`: the lease is another incarnation’s.' },
    },
  };
  postJson(app, route, async (c, { settlements }) => {
    const key = c.get('key');
    const requestId = c.get('requestId');
    const tenants = await tenantsOfLeases(
      deps.pool,
      settlements.map((settlement) => settlement.lease_id),
    );
    const answers = await Promise.all(
      settlements.map((settlement) => settleOne(settlement, tenants, key, requestId, deps)),
    );
    const items = answers
      .map(({ status, body }, i) => item(settlements[i]!.lease_id, status, body))
      .join(',');
    const refused = answers.every(({ status }) => status !== 200) ? answers[0]! : null;
    if (refused === null) return c.body(`{"settlements":[${items}]}`, 200, json);
    return c.body(
      `{"settlements":[${items}],${refused.body.slice(1)}`,
      refused.status as ContentfulStatusCode,
      problem,
    );
  });
}

const json = { 'content-type': 'application/json' };
const problem = { 'content-type': 'application/problem+json' };

async function settleOne(
  { lease_id: leaseId, epoch, cumulative_spent: cumulativeSpent, final = false }: Settlement,
  tenants: ReadonlyMap<string, string>,
  key: AuthenticatedKey,
  requestId: string,
  { ledger, config }: ApiDeps,
): Promise<Pick<Answer, 'status' | 'body'>> {
  const id = leaseId.toLowerCase();
  const tenantId = tenants.get(id);
  if (tenantId === undefined || (key.tenantId !== null && key.tenantId !== tenantId))
    return noSuchLease(requestId);
  const ttlMs = config.leaseTtlMs;
  const operation = { op: 'settle', tenantId, leaseId: id, epoch, cumulativeSpent, final, ttlMs } as const;
  return ledger.apply({ operation, idempotency: null }, { requestId, actor: key.keyId });
}

function noSuchLease(requestId: string): Pick<Answer, 'status' | 'body'> {
  const refusal = { status: 404, code: 'not_found', detail: 'there is no such lease', extra: {} } as const;
  return { status: 404, body: renderRefusal({ kind: 'refused', ...refusal }, requestId) };
}

/** The ledger's answer with whose it is; a refusal's problem document has a status of its own, the same. */
function item(leaseId: string, status: number, body: string): string {
  const head = `{"lease_id":"${leaseId}",`;
  return status === 200 ? `${head}"status":200,${body.slice(1)}` : `${head}${body.slice(1)}`;
}
