import { defaultAlpha, defaultMargin } from '../../stats/paired-comparison.ts';
import { type Requirements, samplesOfLabelMin, testAlphaMax } from '../report/requirements.ts';
import type { EvaluationShown, Evidence, Measured, TestShown } from './evidence.ts';

/** One thing that stands between a rule and its deployment. */
export interface Missing {
  code: string;
  /** Where in the request the evidence was named. */
  location: string;
  /** With the number found and the number needed. */
  message: string;
}

export interface Candidate {
  ruleId: string;
  ruleHash: string;
  requirements: Requirements;
  /** The hash of what is live for the rule; null: nothing is. */
  activeHash: string | null;
}

/**
 * What is missing for a rule to go live on this evidence; empty when nothing is. Pure. PostgreSQL refuses the same by
 * the constraints of `shadow.deployments`: this is what says why.
 */
export function missingForDeployment(candidate: Candidate, evidence: Evidence): Missing[] {
  switch (evidence.type) {
    case 'override':
      return [];
    case 'test':
      return missingOfTest(candidate, evidence.test);
    case 'evaluation':
      return missingOfEvaluation(candidate, evidence.evaluation);
  }
}

function missingOfTest(candidate: Candidate, test: TestShown): Missing[] {
  const missing = collector('body.test_id');
  const { challenger } = test;
  if (challenger.ruleHash === null) {
    missing.add(
      'no_stored_version',
      'the challenger of this test has no stored version, so it cannot be deployed',
    );
  } else if (challenger.ruleHash !== candidate.ruleHash || challenger.ruleId !== candidate.ruleId) {
    missing.add(
      'another_rule',
      `the test was of rule "${challenger.ruleId}" ${challenger.ruleHash}, not of "${candidate.ruleId}" ${candidate.ruleHash}`,
    );
  }
  if (test.decision !== 'promote') {
    missing.add(
      'not_promoted',
      `the test is ${test.status}, its decision "${test.decision}": ${test.reason}`,
    );
  }
  if (test.alpha > testAlphaMax) {
    missing.add(
      'alpha_too_large',
      `the test was made with alpha ${test.alpha}, needed at most ${testAlphaMax}`,
    );
  }
  return missing.all;
}

function missingOfEvaluation(candidate: Candidate, evaluation: EvaluationShown): Missing[] {
  const missing = collector('body.eval_id');
  if (evaluation.ruleId !== candidate.ruleId || evaluation.ruleHash !== candidate.ruleHash) {
    missing.add(
      'another_rule',
      `the evaluation was of rule "${evaluation.ruleId}" ${evaluation.ruleHash}, ` +
        `not of "${candidate.ruleId}" ${candidate.ruleHash}`,
    );
  }
  const { measured } = evaluation;
  if (evaluation.status !== 'completed') {
    missing.add('not_completed', `the evaluation is ${evaluation.status}, needed completed`);
  } else if (measured === null) {
    missing.add('not_measured', 'the evaluation is from before deployments; evaluate the rule again');
  }
  if (measured !== null) {
    addSamples(missing, measured, candidate.requirements);
    addBounds(missing, measured, candidate.requirements);
    addComparison(missing, measured, candidate.activeHash);
  }
  return missing.all;
}

function addSamples(
  missing: Collector,
  { attacks, benign, truePositives }: Measured,
  { samples }: Requirements,
): void {
  if (attacks + benign < samples)
    missing.add('too_few_samples', `${attacks + benign} distinct requests were seen, needed ${samples}`);
  if (attacks < samplesOfLabelMin)
    missing.add('too_few_attacks', `${attacks} distinct attacks were seen, needed ${samplesOfLabelMin}`);
  if (benign < samplesOfLabelMin)
    missing.add(
      'too_few_benign',
      `${benign} distinct benign requests were seen, needed ${samplesOfLabelMin}`,
    );
  if (truePositives === 0) missing.add('nothing_caught', 'no attack was caught');
}

function addBounds(missing: Collector, measured: Measured, requirements: Requirements): void {
  for (const [name, lower, needed] of [
    ['precision', measured.precisionLower, requirements.precision],
    ['recall', measured.recallLower, requirements.recall],
  ] as const) {
    if (lower >= needed) continue;
    const found = `the lower 95 % bound of ${name}, over all requests and over distinct ones, is ${share(lower)}`;
    missing.add(`low_${name}`, `${found}, needed ${share(needed)}`);
  }
}

function addComparison(missing: Collector, measured: Measured, activeHash: string | null): void {
  if (activeHash === null) return;
  if (measured.baselineHash === '') {
    missing.add(
      'not_compared',
      `the rule has an active version, ${activeHash}, and the evaluation no baseline; name it as one`,
    );
  } else if (measured.baselineHash !== activeHash) {
    missing.add(
      'another_baseline',
      `the evaluation compared with ${measured.baselineHash}, and the active version is ${activeHash}`,
    );
  } else if (!measured.better) {
    missing.add('not_better', `not shown to be better than the active version: ${comparisonText(measured)}`);
  }
}

function comparisonText(measured: Measured): string {
  const needed = Math.log(measured.versionsCompared / defaultAlpha).toFixed(2);
  const sides = [
    ['attacks', measured.attacksLogE, measured.attacksNetLossUpper],
    ['benign requests', measured.benignLogE, measured.benignNetLossUpper],
  ] as const;
  const shown = sides.map(
    ([name, logE, netLoss]) =>
      `on ${name} log e is ${logE.toFixed(2)} and the net loss at most ${share(netLoss)}`,
  );
  return `${shown.join('; ')}; needed on one ${needed}, and on the other a net loss of at most ${defaultMargin}`;
}

const share = (value: number) => value.toFixed(4);

interface Collector {
  all: Missing[];
  add(code: string, message: string): void;
}

function collector(location: string): Collector {
  const all: Missing[] = [];
  return { all, add: (code, message) => void all.push({ code, location, message }) };
}
