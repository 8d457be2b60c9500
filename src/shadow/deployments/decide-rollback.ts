import type { Live } from './decide-deployment.ts';
import type { DeploymentStatus } from './deployment.ts';

export interface RollbackWish {
  deploymentId: string;
  status: DeploymentStatus;
  /** What was active when it was deployed. */
  replacesId: string | null;
}

export type RollbackAnswer =
  /** `reinstatedId`: what gets the traffic back; null: nobody has to be given it. */
  | { allowed: true; reinstatedId: string | null }
  | { allowed: false; code: 'already_rolled_back' }
  | { allowed: false; code: 'deployment_in_progress'; deploymentId: string }
  | { allowed: false; code: 'not_live' };

/**
 * What rolling a deployment back means, as things stand. A rollout just ends: what it was to replace still runs. An
 * active deployment hands back to the one that was active before it, and where there was none the rule is off.
 */
export function decideRollback(
  { deploymentId, status, replacesId }: RollbackWish,
  live: Live,
): RollbackAnswer {
  switch (status) {
    case 'rolled_back':
      return { allowed: false, code: 'already_rolled_back' };
    case 'superseded':
      return { allowed: false, code: 'not_live' };
    case 'canary':
      return { allowed: true, reinstatedId: null };
    case 'active':
      // Its successor is held against it right now; going back two steps at once is two decisions.
      if (live.canary !== null && live.canary.deploymentId !== deploymentId) {
        return { allowed: false, code: 'deployment_in_progress', deploymentId: live.canary.deploymentId };
      }
      return { allowed: true, reinstatedId: replacesId };
  }
}
