import type { PoolClient } from 'pg';
import type { Details, RecordAction } from '../../audit/events/event.ts';
import { insertEvents } from '../../audit/events/insert-events.ts';
import { recordEvent } from '../../audit/events/record-event.ts';
import { sql } from '../../platform/database/sql.ts';
import type { DeploymentEventKind } from './deployment.ts';

export interface Change {
  deploymentId: string;
  tenantId: string;
  ruleId: string;
  ruleHash: string;
  kind: DeploymentEventKind;
  fromPercentage: number;
  toPercentage: number;
  /** In words; masked where a person wrote it. */
  reason: string;
  /** The numbers it was decided on; null: not decided by health. */
  health: object | null;
  /** The id of the key that asked, or the process that acted by itself. */
  actor: string;
  /** What the audit log says besides; numbers in it are safe integers. */
  details?: Details;
}

/** What the audit log calls it; the rest is told by the event of the deployment that caused it. */
const actionOf: Partial<Record<DeploymentEventKind, RecordAction>> = {
  deployed: 'rule.deployed',
  advanced: 'rule.promoted',
  completed: 'rule.promoted',
  rolled_back: 'rule.rolled_back',
};

/**
 * Writes a change to the deployment's history and to the audit log, in the transaction that makes it: both or neither
 * are true. @param now milliseconds since the epoch.
 */
export async function recordChange(client: PoolClient, change: Change, now: number): Promise<void> {
  const { deploymentId, tenantId, ruleId, ruleHash, kind, fromPercentage, toPercentage, reason, actor } =
    change;
  await client.query(sql(import.meta.url, './sql/insert-event.sql'), [
    deploymentId,
    kind,
    fromPercentage,
    toPercentage,
    reason,
    change.health === null ? null : JSON.stringify(change.health),
    actor,
  ]);
  const action = actionOf[kind];
  if (action === undefined) return;
  const details = {
    deployment_id: deploymentId,
    rule_id: ruleId,
    rule_hash: ruleHash,
    kind,
    from_percentage: fromPercentage,
    to_percentage: toPercentage,
    reason,
    ...change.details,
  };
  await insertEvents(client, [recordEvent({ action, actor, tenantId, details }, now)]);
}
