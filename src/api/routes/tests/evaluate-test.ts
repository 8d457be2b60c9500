import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { evaluateTest } from '../../../shadow/tests/evaluate-test.ts';
import { createTestMetrics } from '../../../shadow/tests/publish-test-metrics.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { requireTest, testIdParams } from './require-test.ts';
import { testDocument } from './test-document.ts';
import { testSchema } from './test-schema.ts';

const content = { 'application/json': { schema: testSchema } };

const evaluateRoute = createRoute({
  method: 'post',
  path: '/shadow/tests/{test_id}/evaluate',
  tags: ['Tests'],
  summary: 'Look at an A/B test now, and end it if its evidence says so',
  description: 'Workers do the same by themselves every 30 s. A test that has ended is answered as it is.',
  middleware: [requireScope('shadow:write')] as const,
  request: { params: testIdParams },
  responses: { 200: { description: 'After the look.', content } },
});

const concludeRoute = createRoute({
  method: 'post',
  path: '/shadow/tests/{test_id}/conclude',
  tags: ['Tests'],
  summary: 'End an A/B test with the evidence it has',
  description:
    'Promotes only where all conditions are met; otherwise `keep` with enough outcomes and `inconclusive` without.',
  middleware: [requireScope('shadow:write')] as const,
  request: { params: testIdParams },
  responses: { 200: { description: 'Ended.', content } },
});

export function evaluateAbTest(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const publish = createTestMetrics(deps.metrics);
  const look = async (key: AppEnv['Variables']['key'], testId: string, conclude: boolean) => {
    await requireTest(deps, key, testId);
    const { test, state } = await evaluateTest(deps.judgePool, testId, {
      now: deps.clock(),
      conclude,
      actor: key.keyId,
    });
    deps.recentTests.forget(testId);
    publish(test, state);
    return testDocument(test, state);
  };
  app.openapi(evaluateRoute, async (c) =>
    c.json(await look(c.get('key'), c.req.valid('param').test_id, false), 200),
  );
  app.openapi(concludeRoute, async (c) =>
    c.json(await look(c.get('key'), c.req.valid('param').test_id, true), 200),
  );
}
