import { maskText } from '../../../audit/masking/mask-text.ts';
import { InvalidRequestError, NotFoundError } from '../../../platform/errors.ts';
import {
  type CanaryPlan,
  canaryPlanFaults,
  defaultCanaryPlan,
} from '../../../shadow/canaries/canary-plan.ts';
import type { EvidenceName } from '../../../shadow/deployments/evidence.ts';
import type { CanaryBody, DeployBody } from './deploy-schema.ts';
import { uuidPattern } from './require-deployment.ts';

/**
 * What the request names as evidence.
 *
 * @throws InvalidRequestError unless it is exactly one of three.
 */
export function evidenceOfBody({ test_id, eval_id, override }: DeployBody): EvidenceName {
  const given = [test_id, eval_id, override].filter((value) => value !== undefined).length;
  if (given !== 1) {
    const message = `expected exactly one of test_id, eval_id and override, found ${given}`;
    throw new InvalidRequestError(message, { errors: [{ location: 'body', message }] });
  }
  if (override !== undefined) return { type: 'override', reason: maskText(override.reason) };
  if (test_id !== undefined) return { type: 'test', id: existingId(test_id, 'test') };
  return { type: 'evaluation', id: existingId(eval_id!, 'evaluation') };
}

function existingId(id: string, what: string): string {
  if (!uuidPattern.test(id)) throw new NotFoundError(`there is no ${what} "${id}"`);
  return id.toLowerCase();
}

/**
 * The rollout of a request; null: immediate.
 *
 * @throws InvalidRequestError for a plan that cannot be run, or one where there is nothing to roll out.
 */
export function planOfBody({ strategy, canary }: DeployBody): CanaryPlan | null {
  if (strategy === 'immediate') {
    if (canary === undefined) return null;
    throw invalidPlan('is for the strategy canary; an immediate deployment has no stages');
  }
  const plan = { ...defaultCanaryPlan, ...givenPlan(canary ?? {}) };
  const faults = canaryPlanFaults(plan);
  if (faults.length > 0) throw invalidPlan(faults.join('; '));
  return plan;
}

/** Only what was given, so that defaults stand for the rest; null is given. */
function givenPlan(body: CanaryBody): Partial<CanaryPlan> {
  return {
    ...(body.stages !== undefined && { stages: body.stages }),
    ...(body.stage_duration_s !== undefined && { stageDurationS: body.stage_duration_s }),
    ...(body.min_outcomes !== undefined && { minOutcomes: body.min_outcomes }),
    ...(body.check_split !== undefined && { checkSplit: body.check_split }),
    ...(body.outcome_age_max_s !== undefined && { outcomeAgeMaxS: body.outcome_age_max_s }),
    ...(body.alpha !== undefined && { alpha: body.alpha }),
    ...(body.error_rate_max !== undefined && { errorRateMax: body.error_rate_max }),
    ...(body.error_rate_margin !== undefined && { errorRateMargin: body.error_rate_margin }),
    ...(body.latency_limit_ms !== undefined && { latencyLimitMs: body.latency_limit_ms }),
  };
}

function invalidPlan(message: string): InvalidRequestError {
  const location = 'body.canary';
  return new InvalidRequestError(`${location}: ${message}`, { errors: [{ location, message }] });
}
