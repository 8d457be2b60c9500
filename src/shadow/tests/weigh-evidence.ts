import { posterior } from '../../stats/beta-shape.ts';
import { compareBetas } from '../../stats/compare-betas.ts';
import { logExceedanceEValue } from '../../stats/one-sample-e-value.ts';
import { splitPValue } from '../../stats/split-check.ts';
import { challenger, champion, type TestPlan } from './test-plan.ts';
import type { TestState } from './test-state.ts';

export interface Evidence {
  /** P(challenger > champion), exact. */
  probabilityBeat: number;
  /** E[max(champion − challenger, 0)]: what promoting is expected to cost. */
  expectedLoss: number;
  /** ln of the e-values that the challenger is better, and that it is worse. */
  logEBetter: number;
  logEWorse: number;
  splitPValue: number;
  guardrails: Guardrail[];
}

export interface Guardrail {
  name: 'error_rate' | 'latency_p95';
  /** ln of the e-value that the challenger is over the limit. */
  logE: number;
  /** What it must reach: α shared out among the guardrails. */
  logEMin: number;
  breached: boolean;
  events: number;
  trials: number;
}

/** Every number a decision looks at, from the running state. */
export function weighEvidence(state: TestState, plan: TestPlan): Evidence {
  const shapes = state.arms.map(({ successes, trials }) => posterior(successes, trials, plan.prior));
  const { pBGtA, lossChooseB } = compareBetas(shapes[champion]!, shapes[challenger]!);
  return {
    probabilityBeat: pBGtA,
    expectedLoss: lossChooseB,
    logEBetter: state.better.logE,
    logEWorse: state.worse.logE,
    splitPValue: splitPValue(state.split),
    guardrails: guardrailsOf(state, plan),
  };
}

/** At most 5 % of latencies are above a 95th percentile. */
const slowShareMax = 0.05;

function guardrailsOf(state: TestState, plan: TestPlan): Guardrail[] {
  const seen = state.arms[challenger];
  const checks = [
    {
      name: 'error_rate' as const,
      limit: plan.rollbackOnErrorRate,
      events: seen.errors,
      trials: seen.observations,
    },
    {
      name: 'latency_p95' as const,
      limit: plan.rollbackOnLatencyP95Ms === null ? null : slowShareMax,
      events: seen.slow,
      trials: seen.latencies.count,
    },
  ].filter((check) => check.limit !== null);
  const logEMin = Math.log(checks.length / plan.alpha);
  return checks.map(({ name, limit, events, trials }) => {
    const logE = logExceedanceEValue(events, trials, limit!);
    return { name, logE, logEMin, breached: logE >= logEMin, events, trials };
  });
}
