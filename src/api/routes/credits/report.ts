import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { tenantExists } from '../../../ledger/reads/tenant-exists.ts';
import { type BucketSize, readReport, wholeBuckets } from '../../../ledger/report/read-report.ts';
import { InvalidRequestError, NotFoundError } from '../../../platform/errors.ts';
import { createBulkhead } from '../../../platform/resilience/bulkhead.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { instantSchema } from './instant.ts';

const dayMs = 86_400_000;
/** Some 750 hours or 370 days: what a chart shows, and an answer of about 100 kB. */
const spanMsMax = { hour: 31 * dayMs, day: 366 * dayMs };
const spanMsDefault = { hour: dayMs, day: 30 * dayMs };

/** What has not been folded yet is read from the history, which for a tenant of thousands of transfers a second takes long. */
const reportReads = { atOnce: 2, waiting: 32 };

const querySchema = z.strictObject({
  tenant_id: z.string().optional(),
  from: instantSchema.optional().describe('Default: a day before `to`, or 30 for daily buckets.'),
  to: instantSchema.optional().describe('Default: now.'),
  bucket: z.enum(['hour', 'day']).default('hour'),
});

const credits = z.int().min(0);

const reportSchema = z
  .object({
    buckets: z
      .array(
        z.object({
          start: z.iso.datetime(),
          spent: credits.describe('Refunds are not subtracted.'),
          purchased: credits,
          refunded: credits,
          expired: credits,
          count: z.int().min(1).describe('Transfers of any type.'),
        }),
      )
      .describe('In order of time; those in which nothing happened are left out.'),
  })
  .openapi('Report');

const route = createRoute({
  method: 'get',
  path: '/credits/report',
  tags: ['Credits'],
  summary: "Add up a tenant's transfers by hour or day",
  description:
    'Whole hours or days (UTC): those that `from` and `to` fall into are counted whole. At most 31 days by hour, 366 by day.',
  middleware: [requireScope('credits:read')] as const,
  request: { query: querySchema },
  responses: {
    200: { description: 'The sums.', content: { 'application/json': { schema: reportSchema } } },
    404: { description: 'There is no such tenant.' },
  },
});

export function readCreditsReport(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const reportRead = createBulkhead(reportReads);
  app.openapi(route, async (c) => {
    const { tenant_id, bucket, ...given } = c.req.valid('query');
    const tenantId = resolveTenant(c.get('key'), tenant_id);
    const span = spanOf(bucket, given, deps.clock());
    const buckets = await reportRead(() =>
      readReport(deps.pool, { tenantId, bucket, ...wholeBuckets(bucket, span.from, span.to) }),
    );
    if (buckets.length === 0 && !(await tenantExists(deps.pool, tenantId))) {
      throw new NotFoundError(`there is no tenant "${tenantId}"`);
    }
    return c.json(
      { buckets: buckets.map(({ start, ...sums }) => ({ start: start.toISOString(), ...sums })) },
      200,
    );
  });
}

/** @throws InvalidRequestError when it is empty or too long. */
function spanOf(
  bucket: BucketSize,
  given: { from?: Date | undefined; to?: Date | undefined },
  nowMs: number,
): { from: Date; to: Date } {
  const to = given.to ?? new Date(nowMs);
  const from = given.from ?? new Date(to.getTime() - spanMsDefault[bucket]);
  const spanMs = to.getTime() - from.getTime();
  if (spanMs <= 0) refuse('from', 'is not before to');
  if (spanMs > spanMsMax[bucket]) {
    refuse('from', `is more than ${spanMsMax[bucket] / dayMs} days before to, the most by ${bucket}`);
  }
  return { from, to };
}

function refuse(field: string, message: string): never {
  const location = `query.${field}`;
  throw new InvalidRequestError(`${location} ${message}`, { errors: [{ location, message }] });
}
