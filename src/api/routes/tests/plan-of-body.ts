import type { z } from '@hono/zod-openapi';
import { InvalidRequestError } from '../../../platform/errors.ts';
import type { TestPlan } from '../../../shadow/tests/test-plan.ts';
import type { createTestSchema } from './test-schema.ts';

type PlanBody = Omit<z.infer<typeof createTestSchema>, 'name' | 'tenant_id' | 'champion' | 'challenger'>;

/** The plan of a request whose schema was checked, with the shares from `sharesOf`. */
export function planOfBody(body: PlanBody, shares: [number, number]): TestPlan {
  return {
    minSampleSize: body.min_sample_size,
    maxDurationS: body.max_duration_s,
    probabilityThreshold: body.probability_threshold,
    alpha: body.alpha,
    maxExpectedLoss: body.max_expected_loss ?? null,
    autoRollback: body.auto_rollback,
    rollbackOnErrorRate: body.rollback_on_error_rate ?? null,
    rollbackOnLatencyP95Ms: body.rollback_on_latency_p95_ms ?? null,
    prior: body.prior,
    allocation: body.allocation,
    designEffect: body.design_effect ?? null,
    shares,
  };
}

/**
 * The shares of champion and challenger from their percentages: half each without any, the rest where one is missing.
 *
 * @param location of the challenger's percentage.
 * @throws InvalidRequestError when they do not sum up to 100.
 */
export function sharesOf(
  championPercentage: number | undefined,
  challengerPercentage: number | undefined,
  location: string,
): [number, number] {
  const a = championPercentage ?? (challengerPercentage === undefined ? 50 : 100 - challengerPercentage);
  const b = challengerPercentage ?? 100 - a;
  if (Math.abs(a + b - 100) > 1e-6) {
    const message = `the percentages sum up to ${a + b}, expected 100`;
    throw new InvalidRequestError(message, { errors: [{ location, message }] });
  }
  return [1 - b / 100, b / 100];
}
