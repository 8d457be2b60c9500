import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { logPairedEValue } from '../../../stats/paired-e-value.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';

/** Discordant pairs of each kind; the e-value keeps 12 digits up to here. */
const countMax = 1_000_000_000;
const count = z.number().int().min(0).max(countMax);

const bodySchema = z
  .strictObject({
    only_challenger: count.describe('Requests that only the challenger got right.'),
    only_champion: count.describe('Requests that only the champion got right.'),
    alpha: z.number().gt(0).lt(1).default(0.05),
  })
  .openapi('PairedRequest');

const pairedSchema = z
  .object({
    log_e: z.number(),
    e_value: z.number().describe('At most 1.8e308, the largest JSON can say; log_e goes on.'),
    conclusive: z.boolean().describe('Whether the e-value reaches 1 / alpha.'),
  })
  .openapi('Paired');

const route = createRoute({
  method: 'post',
  path: '/stats/paired',
  tags: ['Statistics'],
  summary: 'Weigh discordant pairs: the anytime-valid e-value that the challenger is right more often',
  middleware: [requireScope('shadow:read')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: { description: 'The evidence.', content: { 'application/json': { schema: pairedSchema } } },
  },
});

export function weighPairs(app: OpenAPIHono<AppEnv>, _deps: ApiDeps): void {
  app.openapi(route, (c) => {
    const { only_challenger, only_champion, alpha } = c.req.valid('json');
    const logE = logPairedEValue(only_challenger, only_champion);
    const eValue = Math.min(Number.MAX_VALUE, Math.exp(logE));
    return c.json({ log_e: logE, e_value: eValue, conclusive: logE >= Math.log(1 / alpha) }, 200);
  });
}
