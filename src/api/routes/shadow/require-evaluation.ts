import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import { type Evaluation, findEvaluation } from '../../../shadow/evaluations/find-evaluation.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';

export const evalIdParams = z.object({ eval_id: z.string().openapi({ format: 'uuid' }) });

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The evaluation, or null when there is none that the key may see; an id that is no UUID cannot exist. */
export async function findVisibleEvaluation(
  deps: ApiDeps,
  key: AppEnv['Variables']['key'],
  evalId: string,
): Promise<Evaluation | null> {
  return uuidPattern.test(evalId) ? findEvaluation(deps.pool, evalId, key.tenantId) : null;
}

/** @throws NotFoundError when there is none. */
export function existing(evaluation: Evaluation | null, evalId: string): Evaluation {
  if (evaluation !== null) return evaluation;
  throw new NotFoundError(`no evaluation "${evalId}"; use the eval_id that POST /shadow/evaluate answered`);
}

/** @throws NotFoundError also for another tenant's evaluation. */
export async function requireEvaluation(
  deps: ApiDeps,
  key: AppEnv['Variables']['key'],
  evalId: string,
): Promise<Evaluation> {
  return existing(await findVisibleEvaluation(deps, key, evalId), evalId);
}
