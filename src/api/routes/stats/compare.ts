import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { betaMean, posterior } from '../../../stats/beta-shape.ts';
import { compareBetas } from '../../../stats/compare-betas.ts';
import { equalTailedInterval } from '../../../stats/credible-interval.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { armSchema, priorSchema } from './arm-schema.ts';

const bodySchema = z
  .strictObject({ a: armSchema, b: armSchema, prior: priorSchema })
  .openapi('CompareRequest');

const interval = z.tuple([z.number(), z.number()]).describe('Credible interval of 95 %, equal-tailed.');

const comparedSchema = z
  .object({
    p_b_gt_a: z.number(),
    loss_choose_a: z.number().describe('E[max(B − A, 0)].'),
    loss_choose_b: z.number().describe('E[max(A − B, 0)].'),
    ci95_a: interval,
    ci95_b: interval,
    mean_a: z.number(),
    mean_b: z.number(),
  })
  .openapi('Compared');

const route = createRoute({
  method: 'post',
  path: '/stats/compare',
  tags: ['Statistics'],
  summary: 'Compare two rates: P(B > A) and expected losses, exactly',
  description: 'A calculator over Beta posteriors; nothing is stored and no test is needed.',
  middleware: [requireScope('shadow:read')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: { description: 'The comparison.', content: { 'application/json': { schema: comparedSchema } } },
  },
});

export function compareRates(app: OpenAPIHono<AppEnv>, _deps: ApiDeps): void {
  app.openapi(route, (c) => {
    const { a, b, prior } = c.req.valid('json');
    const shapeA = posterior(a.successes, a.trials, prior);
    const shapeB = posterior(b.successes, b.trials, prior);
    const { pBGtA, lossChooseA, lossChooseB } = compareBetas(shapeA, shapeB);
    return c.json(
      {
        p_b_gt_a: pBGtA,
        loss_choose_a: lossChooseA,
        loss_choose_b: lossChooseB,
        ci95_a: equalTailedInterval(shapeA),
        ci95_b: equalTailedInterval(shapeB),
        mean_a: betaMean(shapeA),
        mean_b: betaMean(shapeB),
      },
      200,
    );
  });
}
