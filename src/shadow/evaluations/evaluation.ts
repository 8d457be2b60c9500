import type { RuleConfig } from '../rules/rule-config.ts';

export type EvaluationStatus = 'queued' | 'running' | 'completed' | 'failed';
/** Why an evaluation failed for good. */
export type EvaluationErrorCode = 'cancelled' | 'dataset_deleted' | 'rule_too_slow' | 'internal';
/** Small evaluations have places of their own in a worker, so that no number of large ones keeps them waiting. */
export type Lane = 'small' | 'bulk';

/** At most this many samples make a small evaluation: about 50 ms of one thread. */
export const smallSamplesMax = 50_000;

export const laneOf = (samples: number): Lane => (samples <= smallSamplesMax ? 'small' : 'bulk');

/** A rule as an evaluation carries it. */
export interface EvaluatedRule {
  hash: string;
  canonical: string;
  config: RuleConfig;
}

/** A row of `shadow.evaluations` as a worker needs it. */
export interface EvaluationJob {
  evalId: string;
  tenantId: string;
  ruleId: string;
  rule: EvaluatedRule;
  baseline: EvaluatedRule | null;
  /** Null once the dataset was deleted. */
  selectionId: number | null;
  datasetId: number;
  datasetName: string;
  total: number;
  attempts: number;
}
