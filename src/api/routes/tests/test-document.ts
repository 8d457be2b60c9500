import type { z } from '@hono/zod-openapi';
import { splitPValueMin } from '../../../shadow/tests/decide.ts';
import { type Arm, arms, armTypes, challenger, champion } from '../../../shadow/tests/test-plan.ts';
import type { TestRecord } from '../../../shadow/tests/test-record.ts';
import type { TestState } from '../../../shadow/tests/test-state.ts';
import { weighEvidence } from '../../../shadow/tests/weigh-evidence.ts';
import { posterior } from '../../../stats/beta-shape.ts';
import { equalTailedInterval } from '../../../stats/credible-interval.ts';
import { sketchQuantile } from '../../../stats/quantile-sketch.ts';
import type { testSchema } from './test-schema.ts';

/** A test as JSON: its numbers as they are now, its decision and reason as the last look left them. */
export function testDocument(test: TestRecord, state: TestState): z.infer<typeof testSchema> {
  const { plan } = test;
  const evidence = weighEvidence(state, plan);
  return {
    test_id: test.testId,
    name: test.name,
    tenant_id: test.tenantId,
    status: test.status,
    decision: test.decision,
    reason: test.reason,
    winner_variant_id: winnerOf(test),
    probability_beat_champion: evidence.probabilityBeat,
    expected_loss: evidence.expectedLoss,
    e_value: eValue(evidence.logEBetter),
    log_e: evidence.logEBetter,
    e_value_worse: eValue(evidence.logEWorse),
    e_value_needed: 1 / plan.alpha,
    srm: { p_value: evidence.splitPValue, ok: evidence.splitPValue >= splitPValueMin },
    guardrails: evidence.guardrails.map(({ name, logE, logEMin, breached }) => ({
      name,
      e_value: eValue(logE),
      e_value_limit: eValue(logEMin),
      breached,
    })),
    variants: arms.map((arm) => variantDocument(test, state, arm)),
    looks: test.looks,
    min_sample_size: plan.minSampleSize,
    max_duration_s: plan.maxDurationS,
    alpha: plan.alpha,
    probability_threshold: plan.probabilityThreshold,
    allocation: plan.allocation,
    design_effect: plan.designEffect,
    created_at: test.createdAt.toISOString(),
    started_at: test.startedAt?.toISOString() ?? null,
    evaluated_at: test.evaluatedAt?.toISOString() ?? null,
    finished_at: test.finishedAt?.toISOString() ?? null,
  };
}

function winnerOf({ decision, variants }: TestRecord): string | null {
  if (decision === 'promote') return variants[challenger].variantId;
  return decision === 'keep' ? variants[champion].variantId : null;
}

function variantDocument({ plan, variants }: TestRecord, state: TestState, arm: Arm) {
  const { variantId, name, ruleId, ruleHash } = variants[arm];
  const { successes, trials, observations, errors, latencies } = state.arms[arm];
  return {
    variant_id: variantId,
    type: armTypes[arm],
    name,
    rule_id: ruleId,
    rule_hash: ruleHash,
    traffic_percentage: Number((plan.shares[arm] * 100).toPrecision(12)),
    successes,
    trials,
    rate: trials === 0 ? null : successes / trials,
    ci95: equalTailedInterval(posterior(successes, trials, plan.prior)),
    observations,
    error_rate: observations === 0 ? null : errors / observations,
    latency_p95_ms: sketchQuantile(latencies, 0.95),
  };
}

/** JSON has no infinity. */
const eValue = (logE: number): number => Math.min(Number.MAX_VALUE, Math.exp(logE));
