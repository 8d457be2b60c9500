import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uuidV7 } from '../../src/platform/uuid-v7.ts';
import { findEvidence } from '../../src/shadow/deployments/find-evidence.ts';
import { missingForDeployment } from '../../src/shadow/deployments/gate.ts';
import { storeRuleVersion } from '../../src/shadow/rule-versions/store-rule-version.ts';
import { parseRuleConfig } from '../../src/shadow/rules/parse-rule-config.ts';
import { wilsonInterval } from '../../src/stats/wilson.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { seeded } from '../support/seeded.ts';

// What PostgreSQL itself lets through, whatever the code believes: as the application, as the judge, as the owner.

let database: TestDatabase;
const tenant = 'default';
const rule = 'r';
let good: string;
let other: string;

beforeAll(async () => {
  database = await createTestDatabase();
  good = await storeVersion('good');
  other = await storeVersion('other');
});
afterAll(() => database?.drop());

const judge = (text: string, values: unknown[] = []) => database.judgePool.query(text, values);
const owner = (text: string, values: unknown[] = []) => database.ownerPool.query(text, values);

async function storeVersion(pattern: string, ruleId = rule): Promise<string> {
  const config = parseRuleConfig(undefined, { type: 'signature', pattern });
  const stored = await storeRuleVersion(database.appPool, {
    tenantId: tenant,
    ruleId,
    ruleName: ruleId,
    config,
  });
  return stored.rule_hash;
}

interface Counts {
  tp: number;
  fp: number;
  tn: number;
  fn: number;
}

interface Measured {
  counts: Counts;
  distinct?: Counts;
  baselineHash?: string;
  attacksLogE?: number;
  benignLogE?: number;
  netLoss?: [number, number];
  versionsCompared?: number;
}

/** An evaluation as a worker would have left it. */
async function evaluated(ruleHash: string, measured: Measured | null, status = 'completed'): Promise<string> {
  const evalId = uuidV7();
  await judge(
    `INSERT INTO shadow.evaluations (eval_id, tenant_id, rule_id, rule_version, rule_hash, dataset_id, dataset_name,
       dataset_version, total, lane, status)
     SELECT $1, tenant_id, rule_id, version, rule_hash, 1, 'd', 1, 1, 'small', $3
     FROM shadow.rule_versions WHERE tenant_id = '${tenant}' AND rule_id = '${rule}' AND rule_hash = $2`,
    [evalId, ruleHash, status],
  );
  if (measured === null) return evalId;
  const { counts, distinct = counts } = measured;
  await judge(
    `INSERT INTO shadow.evaluation_evidence (eval_id, tenant_id, rule_id, rule_hash, true_positives, false_positives,
       true_negatives, false_negatives, distinct_true_positives, distinct_false_positives, distinct_true_negatives,
       distinct_false_negatives, baseline_hash, versions_compared, attacks_log_e, benign_log_e, attacks_net_loss_upper,
       benign_net_loss_upper)
     VALUES ($1, '${tenant}', '${rule}', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
    [
      evalId,
      ruleHash,
      ...[counts.tp, counts.fp, counts.tn, counts.fn],
      ...[distinct.tp, distinct.fp, distinct.tn, distinct.fn],
      measured.baselineHash ?? '',
      measured.versionsCompared ?? 1,
      measured.attacksLogE ?? 0,
      measured.benignLogE ?? 0,
      ...(measured.netLoss ?? [1, 1]),
    ],
  );
  return evalId;
}

const fine: Counts = { tp: 480, fp: 5, tn: 995, fn: 20 };

interface Deployment {
  ruleHash: string;
  evalId: string | null;
  testId: string | null;
  overrideId: string | null;
  required: [number, number, number];
  status: string;
  change: Record<string, unknown>;
}

/** What deploy-rule.ts writes, with whatever a test wants to be different. */
async function deploy(given: Partial<Deployment>, as = database.judgePool): Promise<string> {
  const { ruleHash = good, evalId = null, testId = null, overrideId = null, status = 'active' } = given;
  const required = evalId === null ? [null, null, null] : (given.required ?? [1_000, 0.8, 0.7]);
  const id = uuidV7();
  const columns: Record<string, unknown> = {
    deployment_id: id,
    tenant_id: tenant,
    rule_id: rule,
    rule_hash: ruleHash,
    strategy: status === 'canary' ? 'canary' : 'immediate',
    actor: 'test',
    test_id: testId,
    eval_id: evalId,
    override_id: overrideId,
    required_samples: required[0],
    required_precision: required[1],
    required_recall: required[2],
    plan: status === 'canary' ? '{}' : null,
    canary_variant_id: uuidV7(),
    baseline_variant_id: uuidV7(),
    status,
    percentage: status === 'canary' ? 5 : 100,
    reason: 'test',
    ...(await copyOf(evalId)),
    ...given.change,
  };
  const names = Object.keys(columns);
  await as.query(
    `INSERT INTO shadow.deployments (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(columns),
  );
  return id;
}

async function copyOf(evalId: string | null) {
  const { rows } = await owner(
    `SELECT distinct_samples, precision_lower, recall_lower, baseline_hash, better
     FROM shadow.evaluation_evidence WHERE eval_id = $1`,
    [evalId],
  );
  return rows[0] ?? {};
}

const cleared = () => owner('DELETE FROM shadow.deployments');

describe('the gate', () => {
  test('lets a conclusive evaluation of this very rule through, and nothing else', async () => {
    const evalId = await evaluated(good, { counts: fine });
    await deploy({ evalId });
    await cleared();
    await expect(deploy({ evalId, ruleHash: other })).rejects.toThrow(/evaluation_is_conclusive/);
    await expect(deploy({})).rejects.toThrow(/exactly_one_evidence/);
    await expect(deploy({ evalId, testId: uuidV7() })).rejects.toThrow(/exactly_one_evidence/);
    await expect(deploy({ evalId: uuidV7() })).rejects.toThrow(/evaluation_is_copied_whole/);
    await expect(deploy({ testId: uuidV7() })).rejects.toThrow(/test_is_conclusive/);
    await expect(deploy({ overrideId: uuidV7() })).rejects.toThrow(/override_is_of_the_rule/);
    for (const status of ['queued', 'running', 'failed', 'completed']) {
      const unmeasured = await evaluated(good, null, status);
      await expect(deploy({ evalId: unmeasured }), status).rejects.toThrow(/evaluation_is_copied_whole/);
    }
  });

  test('holds the copy of the numbers to the original, and the numbers to what was required', async () => {
    const evalId = await evaluated(good, { counts: fine });
    const { recall_lower } = await copyOf(evalId);
    await expect(deploy({ evalId, change: { precision_lower: 0.9999 } })).rejects.toThrow(
      /evaluation_is_conclusive/,
    );
    await expect(deploy({ evalId, change: { better: true } })).rejects.toThrow(/evaluation_is_conclusive/);
    await expect(deploy({ evalId, change: { conclusive: false } })).rejects.toThrow(/conclusive/);
    await expect(deploy({ evalId, required: [1_000, 0.8, recall_lower + 1e-9] })).rejects.toThrow(
      /what_is_required/,
    );
    await expect(deploy({ evalId, required: [1_501, 0.8, 0.7] })).rejects.toThrow(/what_is_required/);
    await expect(deploy({ evalId, required: [10, 0.8, 0.7] })).rejects.toThrow(/required_samples/);
    await expect(deploy({ evalId, required: [1_000, 0.1, 0.7] })).rejects.toThrow(/required_precision/);
    await expect(deploy({ evalId, change: { required_recall: null } })).rejects.toThrow(/what_is_required/);
    await deploy({ evalId, required: [1_500, 0.8, recall_lower] });
    await cleared();
  });

  test('what is live must be beaten: by an evaluation against it, which PostgreSQL itself looks up', async () => {
    const first = await deploy({ evalId: await evaluated(other, { counts: fine }), ruleHash: other });
    const against = (baselineHash: string | undefined, log: number) =>
      evaluated(good, {
        counts: fine,
        attacksLogE: log,
        netLoss: [0.2, 0.004],
        ...(baselineHash === undefined ? {} : { baselineHash }),
      });
    const refusal = /evaluation_is_better_than_the_active_rule/;
    await expect(deploy({ evalId: await against(undefined, 9) })).rejects.toThrow(refusal);
    await expect(deploy({ evalId: await against(good, 9) })).rejects.toThrow(refusal);
    await expect(deploy({ evalId: await against(other, Math.log(20) - 1e-9) })).rejects.toThrow(refusal);
    const claim = { replaces_id: null, replaces_hash: null };
    await expect(deploy({ evalId: await against(undefined, 9), change: claim })).rejects.toThrow(refusal);
    const second = await deploy({ evalId: await against(other, Math.log(20) + 1e-9) });
    const { rows } = await owner(
      'SELECT deployment_id, status, replaces_id FROM shadow.deployments ORDER BY 1',
    );
    expect(rows).toEqual([
      { deployment_id: first, status: 'superseded', replaces_id: null },
      { deployment_id: second, status: 'active', replaces_id: first },
    ]);
    await cleared();
  });

  test('a second rollout, and a second live rule, have no place', async () => {
    const evalId = await evaluated(good, { counts: fine });
    await deploy({ evalId, status: 'canary' });
    await expect(deploy({ evalId, status: 'canary' })).rejects.toThrow(/deployments_canary/);
    await cleared();
    const id = await deploy({ evalId });
    await expect(judge(`UPDATE shadow.deployments SET status = 'canary', percentage = 5`)).rejects.toThrow(
      /final|check/,
    );
    await judge(`UPDATE shadow.deployments SET status = 'rolled_back', percentage = 0, finished_at = now()`);
    for (const status of ['active', 'canary', 'superseded']) {
      const back = `UPDATE shadow.deployments SET status = '${status}', percentage = 100 WHERE deployment_id = $1`;
      await expect(judge(back, [id])).rejects.toThrow(/final/);
    }
    await cleared();
  });
});

test('a hash names its configuration: neither a rule nor a baseline nor an evaluation can pass for another', async () => {
  const config = '{"pattern":"x","type":"signature"}';
  const insert = `INSERT INTO shadow.rule_versions (tenant_id, rule_id, version, rule_hash, rule_name, rule_type, rule_config)
    VALUES ('default', 'forged', 1, $1, 'f', 'signature', $2)`;
  await expect(judge(insert, [good, config])).rejects.toThrow(/hash_of_config/);
  const evaluation = (version: number, hash: string) =>
    judge(
      `INSERT INTO shadow.evaluations (eval_id, tenant_id, rule_id, rule_version, rule_hash, dataset_id, dataset_name,
         dataset_version, total, lane) VALUES ($1, 'default', $2, $3, $4, 1, 'd', 1, 1, 'small')`,
      [uuidV7(), rule, version, hash],
    );
  await evaluation(1, good);
  await expect(evaluation(2, good)).rejects.toThrow(/hash_of_version/);
  await expect(
    judge(`UPDATE shadow.evaluations SET baseline_hash = '${good}', baseline_config = '{}'`),
  ).rejects.toThrow(/permission/);
  await expect(
    owner(`UPDATE shadow.evaluations SET baseline_hash = '${good}', baseline_config = '{}'`),
  ).rejects.toThrow(/hash_of_baseline/);
});

test('the application cannot write evidence, verdicts or deployments at all', async () => {
  const evalId = await evaluated(good, { counts: fine });
  const refused = [
    `UPDATE shadow.evaluations SET result = '{}'`,
    `UPDATE shadow.evaluations SET rule_hash = '${other}'`,
    `UPDATE shadow.evaluations SET baseline_hash = NULL`,
    `UPDATE shadow.evaluation_evidence SET true_positives = 1000`,
    `DELETE FROM shadow.evaluation_evidence`,
    `INSERT INTO shadow.evaluation_evidence (eval_id) VALUES ('${uuidV7()}')`,
    `UPDATE shadow.ab_tests SET decision = 'promote', status = 'completed'`,
    `UPDATE shadow.ab_tests SET log_e = 100, probability_beat = 1, champion_trials = 1e6, challenger_trials = 1e6`,
    `UPDATE shadow.ab_tests SET challenger_rule_hash = '${good}'`,
    `UPDATE shadow.ab_states SET state = '{}'`,
    `INSERT INTO shadow.ab_states (test_id, state) VALUES ('${uuidV7()}', '{}')`,
    `INSERT INTO shadow.ab_observations (test_id) VALUES ('${uuidV7()}')`,
    `UPDATE shadow.ab_units SET outcome_arm = 1`,
    `INSERT INTO shadow.ab_tests (test_id, decision) VALUES ('${uuidV7()}', 'promote')`,
    `INSERT INTO shadow.deployment_overrides (override_id) VALUES ('${uuidV7()}')`,
    `UPDATE shadow.deployments SET status = 'active'`,
    `DELETE FROM shadow.deployments`,
    `INSERT INTO shadow.deployment_events (deployment_id) VALUES ('${uuidV7()}')`,
    `UPDATE shadow.canary_states SET state = '{}'`,
    `INSERT INTO shadow.canary_observations (deployment_id) VALUES ('${uuidV7()}')`,
    'ALTER TABLE shadow.deployments DISABLE TRIGGER ALL',
    'ALTER TABLE shadow.deployments DROP CONSTRAINT test_is_conclusive',
    "SET session_replication_role = 'replica'",
  ];
  for (const statement of refused) {
    await expect(database.appPool.query(statement), statement).rejects.toThrow(
      /permission denied|must be owner/,
    );
  }
  await expect(deploy({ evalId }, database.appPool)).rejects.toThrow(/permission denied/);
});

test('the judge cannot change evidence either, nor forge a number that is worked out', async () => {
  const evalId = await evaluated(good, { counts: { tp: 1, fp: 0, tn: 1, fn: 0 } });
  for (const statement of [
    'UPDATE shadow.evaluation_evidence SET true_positives = 1000',
    'DELETE FROM shadow.evaluation_evidence',
    `UPDATE shadow.evaluations SET rule_hash = '${other}'`,
    'UPDATE shadow.deployments SET rule_hash = rule_hash',
    'UPDATE shadow.deployments SET eval_id = eval_id',
    'UPDATE shadow.ab_tests SET alpha = 0.05',
    'UPDATE shadow.deployment_overrides SET rule_hash = rule_hash',
    'UPDATE shadow.deployment_events SET reason = reason',
    'DELETE FROM shadow.deployments',
  ]) {
    await expect(judge(statement), statement).rejects.toThrow(/permission denied/);
  }
  await expect(
    owner(`UPDATE shadow.evaluation_evidence SET conclusive = true WHERE eval_id = $1`, [evalId]),
  ).rejects.toThrow(/only be updated to DEFAULT/);
  const more = { counts: { tp: 1, fp: 0, tn: 1, fn: 0 }, distinct: { tp: 500, fp: 0, tn: 500, fn: 0 } };
  await expect(evaluated(good, more)).rejects.toThrow(/evaluation_evidence_check/);
});

test("PostgreSQL's interval is the product's, to the bit", async () => {
  const random = seeded(7);
  const pairs = Array.from({ length: 2_000 }, () => {
    const trials = Math.ceil(10 ** (6 * random()));
    return [Math.floor(random() * (trials + 1)), trials] as const;
  });
  const { rows } = await owner(
    `SELECT shadow.wilson_lower(s, n) AS lower FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS g (s, n, i)
     ORDER BY i`,
    [pairs.map(([successes]) => successes), pairs.map(([, trials]) => trials)],
  );
  expect(rows.map(({ lower }) => lower)).toEqual(pairs.map(([s, n]) => wilsonInterval(s, n)![0]));
});

test('the gate in code and the gate in PostgreSQL let the same through', async () => {
  const seed = 20_261_121;
  const random = seeded(seed);
  const among = <T>(...values: T[]): T => values[Math.floor(random() * values.length)]!;
  let passed = 0;
  for (let round = 0; round < 150; round++) {
    await cleared();
    const active = random() < 0.5;
    if (active) await deploy({ evalId: await evaluated(other, { counts: fine }), ruleHash: other });
    const scale = among(0.2, 1, 1, 3);
    const draw = (from: number, to: number) => Math.floor(scale * (from + random() * (to - from)));
    const counts = { tp: draw(90, 700), fp: draw(0, 90), tn: draw(90, 1_500), fn: draw(0, 200) };
    const measured: Measured = {
      counts,
      distinct: random() < 0.7 ? counts : { ...counts, tp: Math.floor(counts.tp * random()) },
      baselineHash: among('', good, other, other, other),
      attacksLogE: random() * 6,
      benignLogE: random() * 6,
      netLoss: [random() * 0.01, random() * 0.01],
      versionsCompared: among(1, 1, 2, 8),
    };
    const evalId = await evaluated(good, measured);
    const requirements = {
      samples: among(1_000, 1_000, 1_300),
      precision: among(0.5, 0.8, 0.9),
      recall: among(0, 0.7),
    };
    const evidence = await findEvidence(database.judgePool, tenant, { type: 'evaluation', id: evalId });
    const candidate = { ruleId: rule, ruleHash: good, requirements, activeHash: active ? other : null };
    const missing = missingForDeployment(candidate, evidence);
    const required: [number, number, number] = [
      requirements.samples,
      requirements.precision,
      requirements.recall,
    ];
    const stored = await deploy({ evalId, required }).then(() => true, String);
    expect(stored === true, `seed ${seed}, round ${round}: ${stored} | ${JSON.stringify(missing)}`).toBe(
      missing.length === 0,
    );
    if (stored === true) passed++;
  }
  expect(passed).toBeGreaterThan(10);
  expect(passed).toBeLessThan(140);
});
