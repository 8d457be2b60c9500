import type { Pool, PoolClient } from 'pg';
import type { Details } from '../../audit/events/event.ts';
import { insertEvents } from '../../audit/events/insert-events.ts';
import { recordEvent } from '../../audit/events/record-event.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { ConflictError, NotFoundError } from '../../platform/errors.ts';
import type { CanaryPlan } from '../canaries/canary-plan.ts';
import { newCanaryState } from '../canaries/canary-state.ts';
import type { Requirements } from '../report/requirements.ts';
import { findRuleVersion } from '../rule-versions/find-rule-version.ts';
import { type DeploymentAnswer, decideDeployment } from './decide-deployment.ts';
import type { Deployment, Strategy } from './deployment.ts';
import type { EvidenceName } from './evidence.ts';
import { findDeployment } from './find-deployments.ts';
import { findEvidence } from './find-evidence.ts';
import { lockRule } from './lock-rule.ts';
import { recordChange } from './record-change.ts';

export interface DeployRequest {
  tenantId: string;
  ruleId: string;
  ruleHash: string;
  evidence: EvidenceName;
  requirements: Requirements;
  /** Null: immediate. */
  plan: CanaryPlan | null;
  /** The id of the key that asks. */
  actor: string;
}

export interface DeployDeps {
  /** Connections as `assay_judge`. */
  judgePool: Pool;
  newId: () => string;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/**
 * Makes a rule live, or begins to: what is written is one transaction with its history and its audit events. Callers of
 * one rule take turns.
 *
 * @throws NotFoundError when the tenant has no such version, test or evaluation.
 * @throws ConflictError `deployment_in_progress`, `already_active`, or `not_conclusive` with what is missing.
 */
export async function deployRule(deps: DeployDeps, request: DeployRequest): Promise<Deployment> {
  return withTransaction(deps.judgePool, async (client) => {
    const { tenantId, ruleId, ruleHash } = request;
    const live = await lockRule(client, tenantId, ruleId);
    if ((await findRuleVersion(client, tenantId, ruleId, { hash: ruleHash })) === null) {
      throw new NotFoundError(`tenant "${tenantId}" has no version ${ruleHash} of a rule "${ruleId}"`);
    }
    const evidence = await findEvidence(client, tenantId, request.evidence);
    refuseUnlessAllowed(decideDeployment(live, { ...request, evidence }), request);
    const deploymentId = await write(client, deps, request);
    return (await findDeployment(client, deploymentId, tenantId))!;
  });
}

function refuseUnlessAllowed(answer: DeploymentAnswer, { ruleId, ruleHash }: DeployRequest): void {
  if (answer.allowed) return;
  if (answer.code === 'deployment_in_progress') {
    const { deploymentId } = answer;
    throw new ConflictError(
      answer.code,
      `rule "${ruleId}" is being rolled out by deployment ${deploymentId}; wait for its end, or roll it back`,
      { extra: { deployment_id: deploymentId } },
    );
  }
  if (answer.code === 'already_active') {
    const { deploymentId } = answer;
    throw new ConflictError(answer.code, `${ruleHash} is active already, by deployment ${deploymentId}`, {
      extra: { deployment_id: deploymentId },
    });
  }
  const { missing } = answer;
  throw new ConflictError(
    answer.code,
    `not shown to be safe: ${missing.map(({ message }) => message).join('; ')}`,
    {
      errors: missing.map(({ location, message }) => ({ location, message })),
      extra: { missing: missing.map(({ code, message }) => ({ code, message })) },
    },
  );
}

async function write(
  client: PoolClient,
  { newId, clock }: DeployDeps,
  request: DeployRequest,
): Promise<string> {
  const { evidence, plan } = request;
  const deploymentId = newId();
  const now = clock();
  const overrideId = evidence.type === 'override' ? newId() : null;
  if (evidence.type === 'override') await writeOverride(client, request, overrideId!, evidence.reason, now);
  const percentage = plan === null ? 100 : plan.stages[0]!;
  const reason = `deployed ${how(request)}`;
  const replaced = await insertDeployment(
    client,
    deploymentId,
    request,
    { overrideId, percentage, reason },
    newId,
  );
  if (plan !== null) {
    const state = JSON.stringify(newCanaryState(plan));
    await client.query(sql(import.meta.url, './sql/insert-canary-state.sql'), [deploymentId, state]);
  }
  const change = { ...request, health: null, fromPercentage: 0, toPercentage: percentage, reason };
  const details = { ...evidenceDetails(request, overrideId), replaces: replaced.replaces_id };
  await recordChange(client, { ...change, deploymentId, kind: 'deployed', details }, now);
  if (plan === null && replaced.replaces_id !== null) {
    await recordChange(client, superseded(request, replaced, deploymentId), now);
  }
  return deploymentId;
}

interface Replaced {
  replaces_id: string | null;
  replaces_hash: string | null;
}

async function insertDeployment(
  client: PoolClient,
  deploymentId: string,
  { tenantId, ruleId, ruleHash, evidence, requirements, plan, actor }: DeployRequest,
  { overrideId, percentage, reason }: { overrideId: string | null; percentage: number; reason: string },
  newId: () => string,
): Promise<Replaced> {
  const asked = evidence.type === 'evaluation' ? requirements : null;
  const { rows } = await client.query<Replaced>(sql(import.meta.url, './sql/insert-deployment.sql'), [
    deploymentId,
    tenantId,
    ruleId,
    ruleHash,
    plan === null ? 'immediate' : ('canary' satisfies Strategy),
    actor,
    evidence.type === 'test' ? evidence.id : null,
    evidence.type === 'evaluation' ? evidence.id : null,
    overrideId,
    asked?.samples ?? null,
    asked?.precision ?? null,
    asked?.recall ?? null,
    plan === null ? null : JSON.stringify(plan),
    newId(),
    newId(),
    plan === null ? 'active' : 'canary',
    percentage,
    reason,
  ]);
  return rows[0]!;
}

/** An administrator answers for this one; who and why is in the audit log before anything is live. */
async function writeOverride(
  client: PoolClient,
  { tenantId, ruleId, ruleHash, actor }: DeployRequest,
  overrideId: string,
  reason: string,
  now: number,
): Promise<void> {
  const row = [overrideId, tenantId, ruleId, ruleHash, reason, actor];
  await client.query(sql(import.meta.url, './sql/insert-override.sql'), row);
  const details = { override_id: overrideId, rule_id: ruleId, rule_hash: ruleHash, reason };
  await insertEvents(client, [
    recordEvent({ action: 'rule.gate_overridden', actor, tenantId, details }, now),
  ]);
}

function how({ evidence, plan }: DeployRequest): string {
  const why =
    evidence.type === 'override'
      ? `without a test: ${evidence.reason}`
      : `on ${evidence.type} ${evidence.id}`;
  return plan === null ? why : `as a canary, ${why}`;
}

/** Shares as text: the audit log holds integers only. */
function evidenceDetails(
  { evidence, requirements, plan }: DeployRequest,
  overrideId: string | null,
): Details {
  const strategy = plan === null ? 'immediate' : 'canary';
  if (evidence.type !== 'evaluation') {
    return { strategy, evidence: { type: evidence.type, id: overrideId ?? (evidence as { id: string }).id } };
  }
  const { samples, precision, recall } = requirements;
  const required = { samples, precision: String(precision), recall: String(recall) };
  return { strategy, evidence: { type: evidence.type, id: evidence.id, required } };
}

function superseded(
  { tenantId, ruleId, actor }: DeployRequest,
  { replaces_id, replaces_hash }: Replaced,
  by: string,
) {
  return {
    deploymentId: replaces_id!,
    tenantId,
    ruleId,
    ruleHash: replaces_hash!,
    kind: 'superseded' as const,
    fromPercentage: 100,
    toPercentage: 0,
    reason: `superseded by ${by}`,
    health: null,
    actor,
  };
}
