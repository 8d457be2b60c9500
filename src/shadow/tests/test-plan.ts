import type { BetaShape } from '../../stats/beta-shape.ts';

export type TestStatus = 'draft' | 'running' | 'completed' | 'inconclusive' | 'rolled_back';
export type TestDecision = 'continue' | 'promote' | 'keep' | 'rollback' | 'inconclusive';
export type Allocation = 'fixed' | 'thompson';

/** Index of the champion and of the challenger wherever there is an entry for each variant. */
export const champion = 0;
export const challenger = 1;
export type Arm = typeof champion | typeof challenger;
export const arms = [champion, challenger] as const;
export const armTypes = ['champion', 'challenger'] as const;

/** What a test was set up to do; it never changes. */
export interface TestPlan {
  /** Outcomes that each variant needs. */
  minSampleSize: number;
  maxDurationS: number;
  /** P(challenger beats champion) needed to promote. */
  probabilityThreshold: number;
  /** Chance of promoting a challenger that is no better, however often the test is looked at. */
  alpha: number;
  maxExpectedLoss: number | null;
  autoRollback: boolean;
  rollbackOnErrorRate: number | null;
  rollbackOnLatencyP95Ms: number | null;
  prior: BetaShape;
  allocation: Allocation;
  /** The lift worth finding; null: any. */
  designEffect: number | null;
  /** The planned share of units for each variant. */
  shares: [number, number];
}

export interface Variant {
  variantId: string;
  name: string;
  ruleId: string | null;
  /** Null when no version of the rule is stored. */
  ruleHash: string | null;
}

export const isFinished = (status: TestStatus): boolean => status !== 'draft' && status !== 'running';
