import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { findState } from '../../../shadow/tests/lock-test.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { findVisibleTest } from '../tests/require-test.ts';
import { testDocument } from '../tests/test-document.ts';
import { testSchema } from '../tests/test-schema.ts';
import { evalIdParams, existing, findVisibleEvaluation } from './require-evaluation.ts';
import { resultDocument, resultSchema } from './result-document.ts';

const testResultSchema = testSchema.extend({ eval_id: z.string() }).openapi('AbTestResult');

const route = createRoute({
  method: 'get',
  path: '/shadow/results/{eval_id}',
  tags: ['Shadow'],
  summary: 'Read an evaluation: its progress, then its report',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: evalIdParams },
  responses: {
    200: {
      description: 'As it stands now; an A/B test for the id of one.',
      content: { 'application/json': { schema: z.union([resultSchema, testResultSchema]) } },
    },
  },
});

export function readShadowResult(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { eval_id: evalId } = c.req.valid('param');
    const key = c.get('key');
    const evaluation = await findVisibleEvaluation(deps, key, evalId);
    const test = evaluation === null ? await findVisibleTest(deps, key, evalId) : null;
    if (test !== null) {
      const document = testDocument(test, await findState(deps.pool, test.testId));
      return c.json({ ...document, eval_id: test.testId }, 200);
    }
    return c.json(resultDocument(existing(evaluation, evalId)), 200);
  });
}
