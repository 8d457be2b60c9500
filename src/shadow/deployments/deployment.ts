import type { CanaryPlan } from '../canaries/canary-plan.ts';
import type { Requirements } from '../report/requirements.ts';

/**
 * - `canary`: gets `percentage` of the traffic and is watched
 * - `active`: gets all of it, or what a canary of the next one leaves
 * - `superseded`: another one took its place
 * - `rolled_back`: taken back, by hand or by its health
 */
export const deploymentStatuses = ['canary', 'active', 'superseded', 'rolled_back'] as const;
export type DeploymentStatus = (typeof deploymentStatuses)[number];
export const strategies = ['canary', 'immediate'] as const;
export type Strategy = (typeof strategies)[number];

export const eventKinds = [
  'deployed',
  'advanced',
  'completed',
  'superseded',
  'reinstated',
  'rolled_back',
] as const;
export type DeploymentEventKind = (typeof eventKinds)[number];

/** A version of a rule. */
export interface RuleRef {
  ruleHash: string;
  version: number;
}

export type EvidenceRef =
  | { type: 'test'; id: string }
  | {
      type: 'evaluation';
      id: string;
      requirements: Requirements;
      precisionLower: number;
      recallLower: number;
    }
  | { type: 'override'; id: string; reason: string; actor: string };

/** A row of `shadow.deployments`. */
export interface Deployment {
  deploymentId: string;
  tenantId: string;
  ruleId: string;
  rule: RuleRef;
  strategy: Strategy;
  /** The id of the key that asked for it. */
  actor: string;
  evidence: EvidenceRef;
  /** Null: nothing was active. */
  replaces: (RuleRef & { deploymentId: string }) | null;
  /** Null: immediate. */
  plan: CanaryPlan | null;
  canaryVariantId: string;
  baselineVariantId: string;
  status: DeploymentStatus;
  /** Index into the plan's stages. */
  stage: number;
  /** Of the requests that get it. */
  percentage: number;
  reason: string;
  /** By the clock of the database, to which all workers agree. */
  secondsInStage: number;
  stageStartedAt: Date;
  checkedAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
}
