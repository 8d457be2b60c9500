import { challenger, champion, type TestDecision, type TestPlan } from './test-plan.ts';
import type { TestState } from './test-state.ts';
import { type Evidence, type Guardrail, weighEvidence } from './weigh-evidence.ts';

/** Why a test ends whatever its evidence: its time is over, or somebody asked. */
export type Ending = 'duration' | 'by_hand' | null;

export interface Look {
  decision: TestDecision;
  /** In words, with the numbers that decided. */
  reason: string;
  evidence: Evidence;
}

/** The split check alarms wrongly in at most one test of a hundred, however long it runs. */
export const splitPValueMin = 0.01;

/**
 * What a test's state says, and why. Pure: the same state, plan and ending give the same answer.
 *
 * In this order: harm rolls back; a split that does not match its plan holds; no data never advances; and only then
 * the question the test was made for. Promotion needs *every* condition. The e-value alone bounds how often a
 * challenger that is no better is promoted, by α over all looks together; the Bayesian conditions say that promoting
 * is worth it.
 */
export function decide(state: TestState, plan: TestPlan, ending: Ending): Look {
  const evidence = weighEvidence(state, plan);
  const [decision, reason] = judge(state, plan, evidence, ending);
  return { decision, reason, evidence };
}

type Verdict = [TestDecision, string];

function judge(state: TestState, plan: TestPlan, evidence: Evidence, ending: Ending): Verdict {
  const breached = evidence.guardrails.filter((guardrail) => guardrail.breached);
  if (breached.length > 0 && plan.autoRollback) {
    return ['rollback', `the challenger is over its limit: ${breached.map(describe).join('; ')}`];
  }
  const ended = endedBy(ending);
  if (evidence.splitPValue < splitPValueMin) {
    const why = `the units seen do not match the planned split (${splitOf(state)}, p = ${short(evidence.splitPValue)})`;
    return ended === null
      ? ['continue', `held: ${why}; find out which variant's outcomes get lost`]
      : ['inconclusive', `${ended}, but ${why}`];
  }
  if (breached.length > 0) {
    const why = `the challenger is over its limit (${breached.map(describe).join('; ')}) and auto_rollback is off`;
    return ended === null ? ['continue', `held: ${why}`] : ['keep', `${ended}; ${why}`];
  }
  const missing = missingSamples(state, plan);
  if (missing !== null)
    return ended === null ? ['continue', missing] : ['inconclusive', `${ended}, but ${missing}`];

  const unmet = unmetConditions(plan, evidence);
  if (unmet.length === 0) return ['promote', promoted(plan, evidence)];
  if (evidence.logEWorse >= Math.log(1 / plan.alpha)) {
    return [
      'keep',
      `the challenger is worse: e-value ${eText(evidence.logEWorse)} against "no worse", ${needed(plan)}`,
    ];
  }
  const open = `the champion is not beaten: ${unmet.join(', ')}`;
  return ended === null ? ['continue', open] : ['keep', `${ended} and ${open}`];
}

function endedBy(ending: Ending): string | null {
  if (ending === null) return null;
  return ending === 'duration' ? 'the longest duration is over' : 'the test was concluded by hand';
}

function missingSamples(state: TestState, plan: TestPlan): string | null {
  const short = (arm: number) => state.arms[arm]!.trials < plan.minSampleSize;
  if (!short(champion) && !short(challenger)) return null;
  const [a, b] = state.arms;
  return `${plan.minSampleSize} outcomes a variant are needed, the champion has ${a.trials} and the challenger ${b.trials}`;
}

/** What stands between the challenger and its promotion; empty when nothing does. */
function unmetConditions(plan: TestPlan, evidence: Evidence): string[] {
  const unmet: string[] = [];
  if (evidence.logEBetter < Math.log(1 / plan.alpha))
    unmet.push(`e-value ${eText(evidence.logEBetter)}, ${needed(plan)}`);
  if (evidence.probabilityBeat < plan.probabilityThreshold)
    unmet.push(
      `P(challenger beats champion) ${short(evidence.probabilityBeat)}, needed ${plan.probabilityThreshold}`,
    );
  if (plan.maxExpectedLoss !== null && evidence.expectedLoss > plan.maxExpectedLoss)
    unmet.push(`expected loss ${short(evidence.expectedLoss)}, allowed ${plan.maxExpectedLoss}`);
  return unmet;
}

function promoted(plan: TestPlan, evidence: Evidence): string {
  return (
    `the challenger is better: e-value ${eText(evidence.logEBetter)} (${needed(plan)}), ` +
    `P(challenger beats champion) ${short(evidence.probabilityBeat)}, expected loss ${short(evidence.expectedLoss)}`
  );
}

function describe({ name, events, trials, logE, logEMin }: Guardrail): string {
  const what = name === 'error_rate' ? 'errors' : 'answers slower than the p95 limit';
  return `${events} ${what} of ${trials}, e-value ${eText(logE)}, rolled back from ${eText(logEMin)}`;
}

const needed = (plan: TestPlan) => `needed ${short(1 / plan.alpha)}`;

function splitOf(state: TestState): string {
  const { counts, expected } = state.split;
  return counts.map((count, arm) => `${count} for ${Math.round(expected[arm]!)} expected`).join(', ');
}

/** e-values leave the range of a double at e^709. */
const eText = (logE: number) => (logE < 700 ? short(Math.exp(logE)) : `e^${Math.round(logE)}`);

const short = (value: number) => String(Number(value.toPrecision(4)));
