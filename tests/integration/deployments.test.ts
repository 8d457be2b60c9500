import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDeploymentMetrics } from '../../src/shadow/deployments/publish-deployment-metrics.ts';
import { sweepCanaries } from '../../src/shadow/deployments/sweep-canaries.ts';
import { Xoshiro128 } from '../../src/stats/xoshiro128.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';
import { catching, type EvaluationRig, ndjson, startEvaluations } from './deployment-fixture.ts';

let api: TestApi;
let key: string;
let rig: EvaluationRig;
const rng = Xoshiro128.fromSeed(20_261_121);

beforeAll(async () => {
  api = await createTestApi();
  key = await api.key({ scopes: ['shadow:read', 'shadow:write'] });
  rig = await startEvaluations(api, key);
});
afterAll(async () => {
  await rig?.stop();
  await api?.close();
});

const get = (path: string, as = key) => api.send('GET', path, { key: as });
const post = (path: string, body?: unknown, as = key) => api.send('POST', path, { key: as, body });
const deploy = (body: object, as = key) => post('/shadow/deploy', { strategy: 'immediate', ...body }, as);
const active = async (ruleId: string) => (await get(`/shadow/rules/${ruleId}/active`)).body;

let rules = 0;
const newRule = () => `rule-${++rules}`;

async function live(body: object, as = key) {
  const { status, body: deployment } = await deploy(body, as);
  expect(status, JSON.stringify(deployment)).toBe(201);
  return deployment;
}

/** The tenant's audit events of this action, oldest first. */
async function audited(action: string) {
  const { rows } = await api.database.ownerPool.query(
    `SELECT convert_from(event, 'UTF8')::json AS event FROM audit.outbox ORDER BY id`,
  );
  return rows.map((row) => row.event).filter((event) => event.action === action);
}

describe('on an evaluation', () => {
  test('a rule goes live, the next one by being better than it, and back again', async () => {
    const rule_id = newRule();
    const first = await rig.evaluate(rule_id, catching(8));
    const one = await live({ rule_id, rule_hash: first.ruleHash, eval_id: first.evalId });
    expect(one).toMatchObject({
      rule_id,
      rule_hash: first.ruleHash,
      version: 1,
      strategy: 'immediate',
      status: 'active',
      percentage: 100,
      evidence: { type: 'evaluation', id: first.evalId, min_precision: 0.8, min_recall: 0.7 },
      replaces: null,
    });
    expect(one.evidence.recall_lower).toBeCloseTo(0.7627, 3);
    expect(await active(rule_id)).toMatchObject({
      rule_hash: first.ruleHash,
      version: 1,
      percentage: 100,
      previous: null,
    });

    const baseline = { rule_type: 'signature', rule_config: catching(8) };
    const second = await rig.evaluate(rule_id, catching(9), { baseline });
    const two = await live({ rule_id, rule_hash: second.ruleHash, eval_id: second.evalId });
    expect(two.replaces).toEqual({ deployment_id: one.deployment_id, rule_hash: first.ruleHash, version: 1 });
    expect(await active(rule_id)).toMatchObject({
      rule_hash: second.ruleHash,
      version: 2,
      percentage: 100,
      previous: { rule_hash: first.ruleHash, version: 1, percentage: 0, deployment_id: one.deployment_id },
    });
    expect((await get(one.links.self)).body).toMatchObject({ status: 'superseded', percentage: 0 });

    const again = await deploy({ rule_id, rule_hash: second.ruleHash, eval_id: second.evalId });
    expect([again.status, again.body.code]).toEqual([409, 'already_active']);
    const stale = await post(one.links.rollback);
    expect([stale.status, stale.body.code]).toEqual([409, 'deployment_not_live']);

    const back = await post(two.links.rollback, { reason: 'complaints, see 4111 1111 1111 1111' });
    expect(back.body).toMatchObject({ status: 'rolled_back', percentage: 0 });
    expect(back.body.reason).toBe('rolled back by hand: complaints, see ****-****-****-1111');
    expect((await post(two.links.rollback)).body).toEqual(back.body);
    const nothing = { key, headers: { 'content-type': 'application/json' }, body: '' };
    expect((await api.send('POST', two.links.rollback, nothing)).status).toBe(200);
    expect(await active(rule_id)).toMatchObject({ rule_hash: first.ruleHash, percentage: 100 });
    expect((await get(one.links.self)).body).toMatchObject({
      status: 'active',
      history: [
        { kind: 'deployed', from_percentage: 0, to_percentage: 100 },
        { kind: 'superseded', from_percentage: 100, to_percentage: 0 },
        { kind: 'reinstated', from_percentage: 0, to_percentage: 100 },
      ],
    });
    await post(one.links.rollback);
    expect(await active(rule_id)).toMatchObject({ rule_hash: null, percentage: 0, variants: [] });

    const mine = (event: { details: { rule_id: string } }) => event.details.rule_id === rule_id;
    expect((await audited('rule.deployed')).filter(mine)).toMatchObject([
      { success: true, details: { deployment_id: one.deployment_id, strategy: 'immediate', replaces: null } },
      { details: { deployment_id: two.deployment_id, replaces: one.deployment_id } },
    ]);
    expect((await audited('rule.rolled_back')).filter(mine)).toMatchObject([
      { details: { deployment_id: two.deployment_id, reinstated: one.deployment_id } },
      { details: { deployment_id: one.deployment_id, reinstated: null } },
    ]);
  });

  test('what is missing is said, with its numbers', async () => {
    const rule_id = newRule();
    const weak = await rig.evaluate(rule_id, catching(6, true));
    const { status, body } = await deploy({ rule_id, rule_hash: weak.ruleHash, eval_id: weak.evalId });
    expect([status, body.code]).toEqual([409, 'not_conclusive']);
    expect(body.missing.map(({ code }: { code: string }) => code)).toEqual(['low_precision', 'low_recall']);
    expect(body.errors[0]).toMatchObject({ location: 'body.eval_id' });
    expect(body.detail).toMatch(/recall.* is 0\.5565, needed 0\.7000/);

    const few = await rig.evaluate(rule_id, catching(10), { sample_size: 600 });
    const answer = await deploy({ rule_id, rule_hash: few.ruleHash, eval_id: few.evalId });
    expect(answer.body.detail).toContain('600 distinct requests were seen, needed 1000');

    const fine = await rig.evaluate(rule_id, catching(10));
    const missing = async (change: object) => {
      const refused = await deploy({ rule_id, rule_hash: fine.ruleHash, eval_id: fine.evalId, ...change });
      return [refused.status, refused.body.missing?.map(({ code }: { code: string }) => code)];
    };
    expect(await missing({ rule_hash: weak.ruleHash })).toEqual([409, ['another_rule']]);
    expect(await missing({ min_recall: 0.999 })).toEqual([409, ['low_recall']]);
    expect(await missing({ min_samples: 2_001 })).toEqual([409, ['too_few_samples']]);
    expect(await missing({ min_precision: 0.4 })).toEqual([400, undefined]);
    expect(await missing({ min_samples: 999 })).toEqual([400, undefined]);

    await live({ rule_id, rule_hash: fine.ruleHash, eval_id: fine.evalId });
    const rest = { rule_hash: weak.ruleHash, eval_id: weak.evalId, min_precision: 0.5, min_recall: 0 };
    expect((await missing(rest))[1]).toContain('not_compared');
    const baseline = (kinds: number) => ({
      baseline: { rule_type: 'signature', rule_config: catching(kinds) },
    });
    const unrelated = await rig.evaluate(rule_id, catching(9), baseline(3));
    const against = { rule_hash: unrelated.ruleHash, eval_id: unrelated.evalId };
    expect(await missing(against)).toEqual([409, ['another_baseline']]);
    const worse = await rig.evaluate(rule_id, catching(9), baseline(10));
    expect(await missing({ ...against, eval_id: worse.evalId })).toEqual([409, ['not_better']]);
  });

  test('repeats of a caught attack do not make a rule look better', async () => {
    const rule_id = newRule();
    const repeated = Array.from({ length: 20_000 }, (_, i) =>
      JSON.stringify({ payload: `kind0 of attack, request ${(i % 3) * 40}`, is_attack: true }),
    );
    const others = Array.from({ length: 1_200 }, (_, i) =>
      JSON.stringify({ payload: `${i < 200 ? 'missed' : 'hello'} ${i}`, is_attack: i < 200 }),
    );
    const body = [...repeated, ...others].join('\n');
    await api.send('POST', '/samples?dataset=repeats', { key, body, headers: ndjson });
    const { evalId, ruleHash } = await rig.evaluate(rule_id, catching(10), { dataset: 'repeats' });
    const { recall, intervals } = (await get(`/shadow/results/${evalId}`)).body;
    expect(recall).toBeGreaterThan(0.98);
    expect(intervals.recall[0]).toBeGreaterThan(0.98);
    const { body: refused } = await deploy({ rule_id, rule_hash: ruleHash, eval_id: evalId });
    expect(refused.missing.map(({ code }: { code: string }) => code)).toEqual([
      'low_precision',
      'low_recall',
    ]);
  });

  test('one that did not complete is none', async () => {
    const rule_id = newRule();
    const { evalId, ruleHash } = await rig.evaluate(rule_id, catching(10));
    await api.database.ownerPool.query('DELETE FROM shadow.evaluation_evidence WHERE eval_id = $1', [evalId]);
    for (const [status, code] of [
      ['completed', 'not_measured'],
      ['failed', 'not_completed'],
      ['running', 'not_completed'],
      ['queued', 'not_completed'],
    ]) {
      await api.deps.pool.query('UPDATE shadow.evaluations SET status = $2 WHERE eval_id = $1', [
        evalId,
        status,
      ]);
      const { body } = await deploy({ rule_id, rule_hash: ruleHash, eval_id: evalId });
      expect(body.missing, status).toMatchObject([{ code }]);
    }
    await api.deps.pool.query(`UPDATE shadow.evaluations SET status = 'failed' WHERE eval_id = $1`, [evalId]);
  });
});

describe('on an A/B test', () => {
  let observed = 0;
  async function testOf(ruleId: string, rates: [number, number], more: object = {}) {
    const stored = await post('/shadow/rules', { rule_id: ruleId, rule_config: catching(7) });
    const { body: made } = await post('/shadow/tests', {
      name: `test of ${ruleId}`,
      champion: { name: 'old' },
      challenger: { name: 'new', rule_id: ruleId },
      min_sample_size: 100,
      ...more,
    });
    const { body: t } = await get(`/shadow/tests/${made.test_id}`);
    const observations = Array.from({ length: 1_000 }, (_, i) => ({
      id: `o${observed++}`,
      variant_id: t.variants[i % 2].variant_id,
      success: rng.float() < rates[(i % 2) as 0 | 1],
    }));
    await post(`/shadow/tests/${t.test_id}/observations`, { observations });
    await post(`/shadow/tests/${t.test_id}/evaluate`);
    return { testId: t.test_id as string, ruleHash: stored.body.rule_hash as string };
  }

  test('that promoted this version', async () => {
    const rule_id = newRule();
    const { testId, ruleHash } = await testOf(rule_id, [0.1, 0.4]);
    const deployment = await live({ rule_id, rule_hash: ruleHash, test_id: testId });
    expect(deployment.evidence).toEqual({ type: 'test', id: testId });
    const concluded = (await audited('test.concluded')).filter(({ details }) => details.test_id === testId);
    expect(concluded).toMatchObject([
      { success: true, details: { decision: 'promote', challenger: { rule_hash: ruleHash, trials: 500 } } },
    ]);
  });

  test('another result, another rule, or a test that may well be wrong, is not enough', async () => {
    const rule_id = newRule();
    const running = await testOf(rule_id, [0.1, 0.1]);
    const { body } = await deploy({ rule_id, rule_hash: running.ruleHash, test_id: running.testId });
    expect([body.code, body.missing[0].code]).toEqual(['not_conclusive', 'not_promoted']);
    expect(body.detail).toContain('the test is running, its decision "continue": ');

    const lax = await testOf(newRule(), [0.1, 0.4], { alpha: 0.5 });
    const refused = await deploy({ rule_id: `rule-${rules}`, rule_hash: lax.ruleHash, test_id: lax.testId });
    expect(refused.body.missing).toMatchObject([{ code: 'alpha_too_large' }]);

    const fine = await testOf(newRule(), [0.1, 0.4]);
    const other = await post('/shadow/rules', { rule_id, rule_config: catching(5) });
    const mixed = await deploy({ rule_id, rule_hash: other.body.rule_hash, test_id: fine.testId });
    expect(mixed.body.missing).toMatchObject([{ code: 'another_rule' }]);
  });
});

describe('an override', () => {
  test('needs admin and a reason; it is in the audit log, and counted while it is live', async () => {
    const rule_id = newRule();
    const { body: stored } = await post('/shadow/rules', { rule_id, rule_config: catching(1) });
    const wish = { rule_id, rule_hash: stored.rule_hash, override: { reason: 'incident 4711' } };
    const refused = await deploy(wish);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await audited('admin.refused')).at(-1)).toMatchObject({
      success: false,
      details: { method: 'POST', route: '/shadow/deploy' },
    });
    expect((await active(rule_id)).rule_hash).toBeNull();
    for (const override of [{}, { reason: '' }, { reason: '   ' }]) {
      expect((await deploy({ ...wish, override }, testAdminKey)).status).toBe(400);
    }
    const deployment = await live(wish, testAdminKey);
    expect(deployment.evidence).toMatchObject({ type: 'override', reason: 'incident 4711' });
    expect(await api.deps.metrics.text()).toContain('shadow_deployments_without_testing 1');
    const mine = (await audited('rule.gate_overridden')).filter(({ details }) => details.rule_id === rule_id);
    expect(mine).toMatchObject([{ details: { rule_hash: stored.rule_hash, reason: 'incident 4711' } }]);
    await post(deployment.links.rollback);
    expect(await api.deps.metrics.text()).toContain('shadow_deployments_without_testing 0');
  });
});

describe('who may, and what there is', () => {
  test('one reason exactly, of the tenant’s own', async () => {
    const rule_id = newRule();
    const { evalId, ruleHash } = await rig.evaluate(rule_id, catching(10));
    const wish = { rule_id, rule_hash: ruleHash };
    expect((await deploy(wish)).status).toBe(400);
    expect((await deploy({ ...wish, eval_id: evalId, test_id: evalId })).status).toBe(400);
    expect((await deploy({ ...wish, eval_id: 'nope' })).status).toBe(404);
    expect((await deploy({ ...wish, test_id: evalId })).status).toBe(404);
    expect((await deploy({ ...wish, rule_hash: `sha256:${'0'.repeat(64)}`, eval_id: evalId })).status).toBe(
      404,
    );
    expect((await deploy({ ...wish, eval_id: evalId, strategy: 'sudden' })).status).toBe(400);
    expect((await deploy({ ...wish, eval_id: evalId, canary: {} })).status).toBe(400);
    const plan = { strategy: 'canary', eval_id: evalId, canary: { stages: [50, 20] } };
    expect((await deploy({ ...wish, ...plan })).body.detail).toContain('percentages that rise');

    const other = await api.key({ scopes: ['shadow:read', 'shadow:write'], tenantId: 'other' });
    expect((await deploy({ ...wish, eval_id: evalId }, other)).status).toBe(404);
    const deployment = await live({ ...wish, eval_id: evalId });
    expect((await get(deployment.links.self, other)).status).toBe(404);
    expect((await post(deployment.links.rollback, {}, other)).status).toBe(404);
    expect(
      (await post(deployment.links.observations, { observations: [{ id: 'x', variant_id: 'y' }] }, other))
        .status,
    ).toBe(404);
    expect((await get(deployment.links.active, other)).status).toBe(404);
    expect((await get('/shadow/deployments', other)).body).toEqual({ deployments: [], next_cursor: null });
    const reader = await api.key({ scopes: ['shadow:read'] });
    expect((await deploy({ ...wish, eval_id: evalId }, reader)).status).toBe(403);
    expect((await post(deployment.links.rollback, {}, reader)).status).toBe(403);
    expect((await get('/shadow/deployments/nope')).status).toBe(404);
    expect((await get('/shadow/rules/never-seen/active')).status).toBe(404);
  });

  test('the list goes through all of them, page by page', async () => {
    const all = (await get('/shadow/deployments?limit=200')).body.deployments;
    const ids = all.map((d: { deployment_id: string }) => d.deployment_id);
    expect(ids.length).toBeGreaterThan(4);
    expect(ids).toEqual([...ids].sort().reverse());
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: { body: typeof all } = await get(
        `/shadow/deployments?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.body.deployments.map((d: { deployment_id: string }) => d.deployment_id));
      cursor = page.body.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
    const ofRule = (await get(`/shadow/deployments?rule_id=rule-1`)).body.deployments;
    expect(ofRule.map((d: { version: number }) => d.version)).toEqual([2, 1]);
  });

  test('of two who deploy at once one waits for the other, and one rule is live', async () => {
    const rule_id = newRule();
    const versions = await Promise.all([8, 9, 10].map((kinds) => rig.evaluate(rule_id, catching(kinds))));
    const answers = await Promise.all(
      versions.map(({ evalId, ruleHash }) => deploy({ rule_id, rule_hash: ruleHash, eval_id: evalId })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const { deployments } = (await get(`/shadow/deployments?rule_id=${rule_id}`)).body;
    expect(deployments).toHaveLength(1);
  });
});

describe('a canary', () => {
  const sweep = () =>
    sweepCanaries(
      { ...api.deps, publish: createDeploymentMetrics(api.deps.metrics) },
      AbortSignal.timeout(60_000),
    );
  let sent = 0;

  // biome-ignore lint/suspicious/noExplicitAny: answers of the API.
  function outcomes(deployment: any, count: number, errorRate: number) {
    const [baseline, canary] = deployment.variants;
    return Array.from({ length: count }, (_, i) => {
      const isCanary =
        Math.floor(((i + 1) * canary.percentage) / 100) > Math.floor((i * canary.percentage) / 100);
      return {
        id: `c${sent++}`,
        variant_id: (isCanary ? canary : baseline).variant_id,
        error: rng.float() < (isCanary ? errorRate : 0.002),
        latency_ms: 20,
      };
    });
  }
  const read = async (id: string) => (await get(`/shadow/deployments/${id}`)).body;

  async function rollout(rule_id: string, canary: object) {
    const { evalId, ruleHash } = await rig.evaluate(rule_id, catching(10));
    return live({ rule_id, rule_hash: ruleHash, eval_id: evalId, strategy: 'canary', canary });
  }

  test('goes up on evidence of health, stage by stage, and completes', async () => {
    const rule_id = newRule();
    const first = await rig.evaluate(rule_id, catching(8));
    const one = await live({ rule_id, rule_hash: first.ruleHash, eval_id: first.evalId });
    const baseline = { rule_type: 'signature', rule_config: catching(8) };
    const second = await rig.evaluate(rule_id, catching(10), { baseline });
    const two = await live({
      rule_id,
      rule_hash: second.ruleHash,
      eval_id: second.evalId,
      strategy: 'canary',
      canary: { stages: [20, 50, 100], stage_duration_s: 0 },
    });
    expect(two).toMatchObject({ status: 'canary', stage: 1, stages: [20, 50, 100], percentage: 20 });
    expect(two.variants).toMatchObject([
      { type: 'baseline', rule_hash: first.ruleHash, percentage: 80 },
      { type: 'canary', rule_hash: second.ruleHash, percentage: 20 },
    ]);
    expect(await active(rule_id)).toMatchObject({
      rule_hash: second.ruleHash,
      percentage: 20,
      status: 'canary',
      previous: { rule_hash: first.ruleHash, percentage: 80 },
    });
    const busy = await deploy({ rule_id, rule_hash: second.ruleHash, eval_id: second.evalId });
    expect([busy.body.code, busy.body.deployment_id]).toEqual(['deployment_in_progress', two.deployment_id]);
    expect((await post(one.links.rollback)).body.code).toBe('deployment_in_progress');

    await sweep();
    expect(await read(two.deployment_id)).toMatchObject({
      percentage: 20,
      health: { decision: 'hold', reason: 'nothing was seen of the canary at 20 % yet' },
    });
    for (const percentage of [20, 50, 100]) {
      const deployment = await read(two.deployment_id);
      expect(deployment).toMatchObject({ status: 'canary', percentage });
      const batch = outcomes(deployment, percentage === 20 ? 5_000 : 2_000, 0.002);
      expect((await post(two.links.observations, { observations: batch })).body).toEqual({
        accepted: batch.length,
        duplicates: 0,
      });
      expect((await post(two.links.observations, { observations: batch })).body.accepted).toBe(0);
      await Promise.all([sweep(), sweep(), sweep()]);
    }
    const done = await read(two.deployment_id);
    expect(done).toMatchObject({
      status: 'active',
      percentage: 100,
      health: { decision: null, healthy: true },
    });
    expect(
      done.history.map(({ kind, to_percentage }: { kind: string; to_percentage: number }) => [
        kind,
        to_percentage,
      ]),
    ).toEqual([
      ['deployed', 20],
      ['advanced', 50],
      ['advanced', 100],
      ['completed', 100],
    ]);
    expect((await read(one.deployment_id)).status).toBe('superseded');
    const late = await post(two.links.observations, { observations: outcomes(done, 1, 0) });
    expect([late.status, late.body.code]).toEqual([409, 'canary_finished']);
    const promoted = (await audited('rule.promoted')).filter(({ details }) => details.rule_id === rule_id);
    expect(
      promoted.map(({ actor, details }) => [actor, details.from_percentage, details.to_percentage]),
    ).toEqual([
      ['canary-check', 20, 50],
      ['canary-check', 50, 100],
      ['canary-check', 100, 100],
    ]);
    expect(await api.deps.metrics.text()).toContain(
      `canary_deployment_health{deployment_id="${two.deployment_id}"} 1`,
    );
  });

  test('that errs is taken back at once, and what ran before still runs', async () => {
    const rule_id = newRule();
    const deployment = await rollout(rule_id, { stages: [50, 100] });
    await post(deployment.links.observations, { observations: outcomes(deployment, 2_000, 0.3) });
    await sweep();
    const taken = await read(deployment.deployment_id);
    expect(taken).toMatchObject({ status: 'rolled_back', percentage: 0, health: { healthy: false } });
    expect(taken.reason).toMatch(/does harm: .* errors of 1000 in this stage/);
    expect((await active(rule_id)).rule_hash).toBeNull();
    const event = (await audited('rule.rolled_back')).find(({ details }) => details.rule_id === rule_id);
    expect(event).toMatchObject({
      actor: 'canary-check',
      details: { from_percentage: 50, to_percentage: 0 },
    });
    expect(await api.deps.metrics.text()).toContain(`{deployment_id="${deployment.deployment_id}"} 0`);
  });

  test('stays where it is when its outcomes stop coming', async () => {
    const deployment = await rollout(newRule(), { stages: [50, 100], stage_duration_s: 0 });
    await post(deployment.links.observations, { observations: outcomes(deployment, 2_000, 0.002) });
    await sweep();
    expect(await read(deployment.deployment_id)).toMatchObject({
      status: 'canary',
      percentage: 100,
      stage: 2,
    });
    await api.database.ownerPool.query(
      `UPDATE shadow.deployments SET stage_started_at = stage_started_at - interval '10 days' WHERE deployment_id = $1`,
      [deployment.deployment_id],
    );
    for (let check = 0; check < 5; check++) await sweep();
    expect(await read(deployment.deployment_id)).toMatchObject({
      status: 'canary',
      percentage: 100,
      stage: 2,
    });
    await post(deployment.links.rollback);
    expect((await read(deployment.deployment_id)).status).toBe('rolled_back');
  });

  test('knows its variants only', async () => {
    const deployment = await rollout(newRule(), {});
    expect(deployment).toMatchObject({ stages: [5, 10, 25, 50, 100], percentage: 5 });
    const strange = await post(deployment.links.observations, {
      observations: [{ id: 'a', variant_id: 'x' }],
    });
    expect(strange.body.detail).toMatch(/observations\[0\].variant_id: is no variant/);
    const [, canary] = deployment.variants;
    const repeated = { id: 'a', variant_id: canary.variant_id, success: false };
    expect((await post(deployment.links.observations, { observations: [repeated, repeated] })).body).toEqual({
      accepted: 1,
      duplicates: 1,
    });
    expect((await read(deployment.deployment_id)).health.checks[0].canary).toEqual({ events: 1, trials: 1 });
  });
});
