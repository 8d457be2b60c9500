import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { ConflictError } from '../../../platform/errors.ts';
import { cancelEvaluation } from '../../../shadow/evaluations/cancel-evaluation.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { evalIdParams, requireEvaluation } from './require-evaluation.ts';
import { resultDocument, resultSchema } from './result-document.ts';

const route = createRoute({
  method: 'post',
  path: '/shadow/evaluations/{eval_id}/cancel',
  tags: ['Shadow'],
  summary: 'Stop an evaluation',
  description:
    'Its status becomes `failed` with the error code `cancelled`. Cancelling again changes nothing.',
  middleware: [requireScope('shadow:write')] as const,
  request: { params: evalIdParams },
  responses: {
    200: { description: 'Stopped.', content: { 'application/json': { schema: resultSchema } } },
  },
});

export function cancelShadowEvaluation(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { eval_id: evalId } = c.req.valid('param');
    await requireEvaluation(deps, c.get('key'), evalId);
    await cancelEvaluation(deps.pool, evalId);
    const evaluation = await requireEvaluation(deps, c.get('key'), evalId);
    if (evaluation.error?.code !== 'cancelled') {
      throw new ConflictError('already_finished', `evaluation ${evalId} is already ${evaluation.status}`);
    }
    return c.json(resultDocument(evaluation), 200);
  });
}
