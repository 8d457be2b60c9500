import type { EvaluationStatus } from '../evaluations/evaluation.ts';
import type { TestDecision, TestStatus } from '../tests/test-plan.ts';

/** What a deployment names as its reason to be; the override's text is masked. */
export type EvidenceName =
  | { type: 'test'; id: string }
  | { type: 'evaluation'; id: string }
  | { type: 'override'; reason: string };

/** The same as it was found. */
export type Evidence =
  | { type: 'test'; test: TestShown }
  | { type: 'evaluation'; evaluation: EvaluationShown }
  | { type: 'override'; reason: string };

export interface TestShown {
  testId: string;
  challenger: { ruleId: string | null; ruleHash: string | null };
  status: TestStatus;
  decision: TestDecision;
  reason: string;
  alpha: number;
}

export interface EvaluationShown {
  evalId: string;
  ruleId: string;
  ruleHash: string;
  status: EvaluationStatus;
  /** Null: not completed, or before such numbers were kept. */
  measured: Measured | null;
}

/** Distinct requests, but for the bounds: those are the lower of all requests' and of distinct ones'. */
export interface Measured {
  attacks: number;
  benign: number;
  truePositives: number;
  precisionLower: number;
  recallLower: number;
  /** Empty: there was no baseline. */
  baselineHash: string;
  better: boolean;
  versionsCompared: number;
  attacksLogE: number;
  benignLogE: number;
  attacksNetLossUpper: number;
  benignNetLossUpper: number;
}
