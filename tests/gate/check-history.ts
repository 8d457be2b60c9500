import type { PoolClient } from 'pg';
import { expect } from 'vitest';
import { withTransaction } from '../../src/platform/database/transaction.ts';
import type { TestDatabase } from '../support/database.ts';
import { type Fact, shows } from './naive-gate.ts';

/** What a sequence knows of its evidence, by id. */
export type Facts = ReadonlyMap<string, Fact>;

/**
 * Reads everything that was stored about a rule behind the product's back, and holds it against what was asked: no
 * deployment without its test, every step with its reason, and the audit log saying the same.
 *
 * @param overrides asked for by an administrator. @returns how many deployments there are.
 */
export function checkHistory(
  { ownerPool }: TestDatabase,
  ruleId: string,
  facts: Facts,
  overrides: number,
): Promise<number> {
  // Workers go on looking at rollouts: all is read as of one moment.
  return withTransaction(ownerPool, (client) => check(client, ruleId, facts, overrides), 'REPEATABLE READ');
}

async function check(db: PoolClient, ruleId: string, facts: Facts, overrides: number): Promise<number> {
  const { rows: deployments } = await db.query(
    'SELECT * FROM shadow.deployments WHERE rule_id = $1 ORDER BY deployment_id',
    [ruleId],
  );
  const { rows: events } = await db.query(
    `SELECT e.* FROM shadow.deployment_events AS e JOIN shadow.deployments AS d USING (deployment_id)
     WHERE d.rule_id = $1 ORDER BY e.deployment_id, e.event_no`,
    [ruleId],
  );
  for (const deployment of deployments) {
    checkEvidence(deployment, facts);
    checkSteps(
      deployment,
      events.filter(({ deployment_id }) => deployment_id === deployment.deployment_id),
    );
  }
  for (const status of ['canary', 'active'])
    expect(deployments.filter((deployment) => deployment.status === status).length).toBeLessThanOrEqual(1);
  expect(deployments.filter(({ override_id }) => override_id !== null).length).toBeLessThanOrEqual(overrides);
  await checkAudit(db, ruleId, events);
  return deployments.length;
}

// biome-ignore lint/suspicious/noExplicitAny: rows of tables.
type Row = any;

function checkEvidence(deployment: Row, facts: Facts): void {
  if (deployment.override_id !== null) return;
  const fact = facts.get(deployment.test_id ?? deployment.eval_id);
  expect(fact, `evidence of deployment ${deployment.deployment_id}`).toBeDefined();
  const asked = {
    samples: deployment.required_samples ?? 0,
    precision: deployment.required_precision ?? 0,
    recall: deployment.required_recall ?? 0,
  };
  expect(shows(fact!, deployment.rule_hash, asked, deployment.replaces_hash), JSON.stringify(fact)).toBe(
    true,
  );
}

/** Each step goes on from the one before, and a rollout's only on outcomes that were reported. */
function checkSteps(deployment: Row, events: Row[]): void {
  expect(events[0]).toMatchObject({ kind: 'deployed', from_percentage: 0, event_no: 1 });
  for (const [i, event] of events.entries()) {
    expect(event.event_no).toBe(i + 1);
    if (i > 0) expect(event.from_percentage).toBe(events[i - 1].to_percentage);
    if (event.kind === 'advanced' || event.kind === 'completed') {
      expect(event.actor).toBe('canary-check');
      expect(event.health.canaryOutcomes).toBeGreaterThanOrEqual(deployment.plan.minOutcomes);
      expect(event.health.healthy).toBe(true);
    }
    if (event.kind === 'rolled_back' && event.health !== null)
      expect(event.health.checks.some((check: { harmful: boolean }) => check.harmful)).toBe(true);
  }
  expect(deployment.percentage).toBe(events.at(-1).to_percentage);
  const stages = events.filter(({ kind }) => kind === 'advanced').map(({ to_percentage }) => to_percentage);
  expect(stages).toEqual((deployment.plan?.stages ?? []).slice(1, 1 + stages.length));
}

async function checkAudit(db: PoolClient, ruleId: string, events: Row[]): Promise<void> {
  const { rows } = await db.query(
    `SELECT event FROM (SELECT convert_from(event, 'UTF8')::json AS event FROM audit.outbox) AS logged
     WHERE event #>> '{details,rule_id}' = $1 AND event ->> 'action' IN ('rule.deployed', 'rule.promoted', 'rule.rolled_back')`,
    [ruleId],
  );
  const told = (id: string, kind: string, to: number) => `${id} ${kind} ${to}`;
  const logged = rows.map(({ event: { details } }) =>
    told(details.deployment_id, details.kind, details.to_percentage),
  );
  const stored = events
    .filter(({ kind }) => kind !== 'superseded' && kind !== 'reinstated')
    .map(({ deployment_id, kind, to_percentage }) => told(deployment_id, kind, to_percentage));
  expect(logged.sort()).toEqual(stored.sort());
}
