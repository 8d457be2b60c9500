import { type CanaryPlan, defaultCanaryPlan } from '../../src/shadow/canaries/canary-plan.ts';
import {
  type CanaryOutcome,
  type CanaryState,
  countOutcomes,
  enterStage,
  newCanaryState,
} from '../../src/shadow/canaries/canary-state.ts';
import { decideCanary } from '../../src/shadow/canaries/decide-canary.ts';
import { decideDeployment, type Live } from '../../src/shadow/deployments/decide-deployment.ts';
import { decideRollback } from '../../src/shadow/deployments/decide-rollback.ts';
import type { DeploymentStatus } from '../../src/shadow/deployments/deployment.ts';
import type { Evidence, Measured } from '../../src/shadow/deployments/evidence.ts';
import { comparePaired } from '../../src/stats/paired-comparison.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import type { DeployCommand, DeployOutcome, RollbackOutcome } from './line-model.ts';
import type { EvaluationFact, Matrix } from './naive-gate.ts';

/** Stages that a few hundred outcomes get through, so that sequences get to the end of them. */
export const plan: CanaryPlan = {
  ...defaultCanaryPlan,
  stages: [20, 50, 100],
  stageDurationS: 60,
  minOutcomes: 100,
  errorRateMargin: 0.08,
};
const ruleId = 'r';

interface Kept {
  id: string;
  hash: string;
  status: DeploymentStatus;
  stage: number;
  percentage: number;
  replacesId: string | null;
  state: CanaryState;
  enteredAtS: number;
}

export type Look = {
  decision: 'advance' | 'hold' | 'rollback';
  to: number | 'complete' | 'rollback' | 'hold';
};

/** The product's own decisions with a list where PostgreSQL would be: `deploy-rule.ts`, `roll-back.ts`, `check-canary.ts`. */
export class MemoryBook {
  readonly deployments: Kept[] = [];
  nowS = 0;

  #live(): Live {
    const of = (status: DeploymentStatus) => {
      const kept = this.deployments.find((candidate) => candidate.status === status);
      return kept === undefined ? null : { deploymentId: kept.id, ruleHash: kept.hash };
    };
    return { canary: of('canary'), active: of('active') };
  }

  #byId = (id: string) => this.deployments.find((kept) => kept.id === id)!;

  deploy(command: DeployCommand): DeployOutcome {
    if ('override' in command && !command.override.admin) return 'forbidden';
    const live = this.#live();
    const requirements = command.asked;
    const evidence = evidenceOf(command);
    const answer = decideDeployment(live, { ruleId, ruleHash: command.hash, requirements, evidence });
    if (!answer.allowed) return answer.code;
    const isCanary = command.percentage < 100;
    if (!isCanary && live.active !== null) this.#supersede(live.active.deploymentId);
    this.deployments.push({
      id: String(this.deployments.length),
      hash: command.hash,
      status: isCanary ? 'canary' : 'active',
      stage: 0,
      percentage: command.percentage,
      replacesId: live.active?.deploymentId ?? null,
      state: newCanaryState(plan),
      enteredAtS: this.nowS,
    });
    return 'deployed';
  }

  #supersede(id: string): void {
    Object.assign(this.#byId(id), { status: 'superseded', percentage: 0 });
  }

  rollBack(index: number): RollbackOutcome {
    const { id, status, replacesId } = this.deployments[index]!;
    const answer = decideRollback({ deploymentId: id, status, replacesId }, this.#live());
    if (!answer.allowed) return answer.code === 'already_rolled_back' ? 'unchanged' : answer.code;
    Object.assign(this.deployments[index]!, { status: 'rolled_back', percentage: 0 });
    if (answer.reinstatedId !== null)
      Object.assign(this.#byId(answer.reinstatedId), { status: 'active', percentage: 100 });
    return 'rolled_back';
  }

  observe(index: number, outcomes: readonly CanaryOutcome[]): void {
    const kept = this.deployments[index]!;
    kept.state = countOutcomes(kept.state, plan, outcomes, this.nowS - kept.enteredAtS);
  }

  check(index: number): Look {
    const kept = this.deployments[index]!;
    const { decision } = decideCanary(kept.state, plan, this.nowS - kept.enteredAtS);
    if (decision === 'hold') return { decision, to: 'hold' };
    if (decision === 'rollback') {
      Object.assign(kept, { status: 'rolled_back', percentage: 0 });
      return { decision, to: 'rollback' };
    }
    if (kept.stage + 1 === plan.stages.length) {
      if (kept.replacesId !== null) this.#supersede(kept.replacesId);
      Object.assign(kept, { status: 'active', percentage: 100 });
      return { decision, to: 'complete' };
    }
    kept.stage++;
    kept.state = enterStage(kept.state, plan, kept.stage);
    Object.assign(kept, { percentage: plan.stages[kept.stage], enteredAtS: this.nowS });
    return { decision, to: kept.percentage };
  }
}

function evidenceOf(command: DeployCommand): Evidence {
  if ('override' in command) return { type: 'override', reason: command.override.reason };
  const { fact } = command;
  if (fact.kind === 'evaluation') {
    const measured = fact.status === 'completed' ? measuredOf(fact) : null;
    const { status } = fact;
    return { type: 'evaluation', evaluation: { evalId: 'e', ruleId, ruleHash: fact.hash, status, measured } };
  }
  const { decision, alpha } = fact;
  const challenger = { ruleId, ruleHash: fact.hash };
  const status = decision === 'continue' ? 'running' : 'completed';
  return { type: 'test', test: { testId: 't', challenger, status, decision, reason: '', alpha } };
}

/** As PostgreSQL works it out from what a worker wrote; a test of its own holds those columns to these functions. */
function measuredOf({
  counts,
  distinct,
  baselineHash,
  attackPairs,
  benignPairs,
  versions,
}: EvaluationFact): Measured {
  const attacks = distinct.tp + distinct.fn;
  const benign = distinct.tn + distinct.fp;
  const pairs = ([onlyChallenger, onlyBaseline]: [number, number], total: number) => ({
    onlyChallenger,
    onlyBaseline,
    total,
  });
  const compared = comparePaired(pairs(attackPairs, attacks), pairs(benignPairs, benign), {
    versionsCompared: versions,
  });
  const lower = (of: (m: Matrix) => number) =>
    Math.min(...[counts, distinct].map((m) => wilsonInterval(m.tp, of(m))?.[0] ?? 0));
  return {
    attacks,
    benign,
    truePositives: distinct.tp,
    precisionLower: lower((m) => m.tp + m.fp),
    recallLower: lower((m) => m.tp + m.fn),
    baselineHash: baselineHash ?? '',
    better: baselineHash !== null && compared.verdict === 'better',
    versionsCompared: versions,
    attacksLogE: compared.attacks.logE,
    benignLogE: compared.benign.logE,
    attacksNetLossUpper: compared.attacks.netLossUpper ?? 1,
    benignNetLossUpper: compared.benign.netLossUpper ?? 1,
  };
}
