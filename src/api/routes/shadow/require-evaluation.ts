import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import { type Evaluation, findEvaluation } from '../../../shadow/evaluations/find-evaluation.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';

export const evalIdParams = z.object({ eval_id: z.string().openapi({ format: 'uuid' }) });

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @throws NotFoundError also for another tenant's evaluation, and for an id that is no UUID and so cannot exist. */
export async function requireEvaluation(
  deps: ApiDeps,
  key: AppEnv['Variables']['key'],
  evalId: string,
): Promise<Evaluation> {
  const evaluation = uuidPattern.test(evalId) ? await findEvaluation(deps.pool, evalId, key.tenantId) : null;
  if (evaluation === null) {
    throw new NotFoundError(`no evaluation "${evalId}"; use the eval_id that POST /shadow/evaluate answered`);
  }
  return evaluation;
}
