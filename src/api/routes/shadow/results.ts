import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { evalIdParams, requireEvaluation } from './require-evaluation.ts';
import { resultDocument, resultSchema } from './result-document.ts';

const route = createRoute({
  method: 'get',
  path: '/shadow/results/{eval_id}',
  tags: ['Shadow'],
  summary: 'Read an evaluation: its progress, then its report',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: evalIdParams },
  responses: {
    200: { description: 'As it stands now.', content: { 'application/json': { schema: resultSchema } } },
  },
});

export function readShadowResult(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const evaluation = await requireEvaluation(deps, c.get('key'), c.req.valid('param').eval_id);
    return c.json(resultDocument(evaluation), 200);
  });
}
