import { type Asked, type Fact, shows } from './naive-gate.ts';

// What is live for one rule, kept in the plainest way: a list of deployments and two questions.

export interface ModelDeployment {
  hash: string;
  status: 'canary' | 'active' | 'superseded' | 'rolled_back';
  percentage: number;
  /** Index of the deployment that was active when this one was made. */
  replaces: number | null;
}

export type DeployCommand = {
  hash: string;
  asked: Asked;
  percentage: number;
} & ({ fact: Fact } | { override: { admin: boolean; reason: string } });

export type DeployOutcome =
  | 'deployed'
  | 'forbidden'
  | 'deployment_in_progress'
  | 'already_active'
  | 'not_conclusive';

export type RollbackOutcome = 'rolled_back' | 'unchanged' | 'not_live' | 'deployment_in_progress';

export class LineModel {
  readonly deployments: ModelDeployment[] = [];

  #find(status: ModelDeployment['status']): number | null {
    const index = this.deployments.findIndex((deployment) => deployment.status === status);
    return index === -1 ? null : index;
  }

  /** What deploying has to answer; carries it out. */
  deploy(command: DeployCommand): DeployOutcome {
    if ('override' in command && !command.override.admin) return 'forbidden';
    if (this.#find('canary') !== null) return 'deployment_in_progress';
    const replaces = this.#find('active');
    const activeHash = replaces === null ? null : this.deployments[replaces]!.hash;
    if (activeHash === command.hash) return 'already_active';
    if ('fact' in command && !shows(command.fact, command.hash, command.asked, activeHash))
      return 'not_conclusive';
    const isCanary = command.percentage < 100;
    if (!isCanary && replaces !== null) this.#supersede(replaces);
    this.deployments.push({
      hash: command.hash,
      status: isCanary ? 'canary' : 'active',
      percentage: command.percentage,
      replaces,
    });
    return 'deployed';
  }

  #supersede(index: number): void {
    Object.assign(this.deployments[index]!, { status: 'superseded', percentage: 0 });
  }

  rollBack(index: number): RollbackOutcome {
    const deployment = this.deployments[index]!;
    if (deployment.status === 'rolled_back') return 'unchanged';
    if (deployment.status === 'superseded') return 'not_live';
    if (deployment.status === 'active' && this.#find('canary') !== null) return 'deployment_in_progress';
    const wasActive = deployment.status === 'active';
    Object.assign(deployment, { status: 'rolled_back', percentage: 0 });
    if (wasActive && deployment.replaces !== null) {
      Object.assign(this.deployments[deployment.replaces]!, { status: 'active', percentage: 100 });
    }
    return 'rolled_back';
  }

  /** A rollout went where a look at it took it. */
  step(index: number, to: number | 'complete' | 'rollback'): void {
    const deployment = this.deployments[index]!;
    if (to === 'rollback') Object.assign(deployment, { status: 'rolled_back', percentage: 0 });
    else if (to === 'complete') {
      if (deployment.replaces !== null) this.#supersede(deployment.replaces);
      Object.assign(deployment, { status: 'active', percentage: 100 });
    } else deployment.percentage = to;
  }
}
