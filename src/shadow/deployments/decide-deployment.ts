import type { Requirements } from '../report/requirements.ts';
import type { Evidence } from './evidence.ts';
import { type Missing, missingForDeployment } from './gate.ts';

/** What is live for a rule: at most one rollout, and at most one deployment that gets the rest of the traffic. */
export interface Live {
  canary: { deploymentId: string; ruleHash: string } | null;
  active: { deploymentId: string; ruleHash: string } | null;
}

export interface DeploymentWish {
  ruleId: string;
  ruleHash: string;
  requirements: Requirements;
  evidence: Evidence;
}

export type DeploymentAnswer =
  | { allowed: true }
  | { allowed: false; code: 'deployment_in_progress'; deploymentId: string }
  | { allowed: false; code: 'already_active'; deploymentId: string }
  | { allowed: false; code: 'not_conclusive'; missing: Missing[] };

/** Whether a rule may go live, as things stand. Pure: what is written is decided from what was read under the lock. */
export function decideDeployment(live: Live, wish: DeploymentWish): DeploymentAnswer {
  if (live.canary !== null) {
    return { allowed: false, code: 'deployment_in_progress', deploymentId: live.canary.deploymentId };
  }
  // A rule cannot be shown to be better than itself, and deploying it again would change nothing.
  if (live.active?.ruleHash === wish.ruleHash) {
    return { allowed: false, code: 'already_active', deploymentId: live.active.deploymentId };
  }
  const candidate = { ...wish, activeHash: live.active?.ruleHash ?? null };
  const missing = missingForDeployment(candidate, wish.evidence);
  return missing.length === 0 ? { allowed: true } : { allowed: false, code: 'not_conclusive', missing };
}
