import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestMetrics } from '../../src/shadow/tests/publish-test-metrics.ts';
import { sweepTests } from '../../src/shadow/tests/sweep-tests.ts';
import { Xoshiro128 } from '../../src/stats/xoshiro128.ts';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let key: string;
const rng = Xoshiro128.fromSeed(20_261_121);
/** The API's clock, moved on by tests that wait for a duration. */
let offsetMs = 0;

beforeAll(async () => {
  api = await createTestApi({}, { clock: () => Date.now() + offsetMs });
  key = await api.key({ scopes: ['shadow:read', 'shadow:write'] });
});
afterAll(() => api?.close());

const post = (path: string, body?: unknown) => api.send('POST', path, { key, body });
const get = (path: string) => api.send('GET', path, { key });

interface CreatedTest {
  id: string;
  champion: string;
  challenger: string;
}

let names = 0;
async function create(plan: Record<string, unknown> = {}): Promise<CreatedTest> {
  names++;
  const { status, body } = await post('/shadow/tests', {
    name: `test ${names}`,
    champion: { name: 'old', traffic_percentage: 50 },
    challenger: { name: 'new', traffic_percentage: 50 },
    min_sample_size: 100,
    max_duration_s: 3_600,
    auto_rollback: true,
    ...plan,
  });
  expect(status, JSON.stringify(body)).toBe(201);
  const { body: made } = await get(`/shadow/tests/${body.test_id}`);
  const [champion, challenger] = made.variants;
  expect([champion.type, challenger.type]).toEqual(['champion', 'challenger']);
  return { id: body.test_id, champion: champion.variant_id, challenger: challenger.variant_id };
}

let observed = 0;
/** So many outcomes of a variant with this rate. */
function outcomes(variantId: string, count: number, rate: number, more: Record<string, unknown> = {}) {
  return Array.from({ length: count }, () => ({
    id: `o${observed++}`,
    variant_id: variantId,
    success: rng.float() < rate,
    ...more,
  }));
}

/** Both variants in turn, as a kept split delivers them. */
function alternating(t: CreatedTest, count: number, rates: [number, number]) {
  const champion = outcomes(t.champion, count, rates[0]);
  const challenger = outcomes(t.challenger, count, rates[1]);
  return champion.flatMap((outcome, i) => [outcome, challenger[i]!]);
}

const observe = (t: CreatedTest, observations: object[]) =>
  post(`/shadow/tests/${t.id}/observations`, { observations });
const evaluate = async (t: CreatedTest) => (await post(`/shadow/tests/${t.id}/evaluate`)).body;

describe('the A/B form of POST /shadow/evaluate', () => {
  test('names are enough; the test is the evaluation, and its results are served under both paths', async () => {
    const { status, body } = await post('/shadow/evaluate', {
      test_name: 'old caller',
      control_variant: 'control rule',
      test_variant: 'test rule',
      confidence_level: 0.95,
      min_sample_size: 50,
    });
    expect(status).toBe(202);
    expect(body).toMatchObject({ eval_id: body.test_id, status: 'running' });
    const result = await get(`/shadow/results/${body.eval_id}`);
    expect(result.status).toBe(200);
    expect(result.body).toMatchObject({
      eval_id: body.test_id,
      test_id: body.test_id,
      status: 'running',
      decision: 'continue',
      alpha: 0.05,
      min_sample_size: 50,
      variants: [
        { type: 'champion', name: 'control rule', rule_id: null },
        { type: 'challenger', name: 'test rule', rule_id: null },
      ],
    });
    expect((await get(`/shadow/tests/${body.test_id}`)).body.test_id).toBe(body.test_id);

    const [control, challenger] = result.body.variants;
    const t = { id: body.test_id, champion: control.variant_id, challenger: challenger.variant_id };
    expect((await observe(t, alternating(t, 600, [0.05, 0.4]))).body).toEqual({
      accepted: 1_200,
      duplicates: 0,
    });
    expect((await post(`/shadow/tests/${t.id}/evaluate`)).body).toMatchObject({ decision: 'promote' });
    expect((await get(`/shadow/results/${t.id}`)).body).toMatchObject({
      status: 'completed',
      winner_variant_id: t.challenger,
    });
  });

  test('a name of a stored rule is that rule; objects may pin a hash or bring the rule', async () => {
    const stored = await post('/shadow/rules', {
      rule_id: 'ab-rule',
      rule_config: { type: 'signature', pattern: 'x' },
    });
    const { body } = await post('/shadow/evaluate', {
      test_name: 'with rules',
      control_variant: 'ab-rule',
      test_variant: {
        rule_id: 'ab-rule',
        rule_config: { type: 'signature', pattern: 'y' },
        traffic_percentage: 5,
      },
      confidence_level: 0.9,
      min_sample_size: 10,
    });
    const { variants, alpha } = (await get(`/shadow/results/${body.eval_id}`)).body;
    expect(alpha).toBe(0.1);
    expect(variants).toMatchObject([
      { rule_id: 'ab-rule', rule_hash: stored.body.rule_hash, traffic_percentage: 95 },
      { rule_id: 'ab-rule', traffic_percentage: 5 },
    ]);
    expect(variants[1].rule_hash).toMatch(/^sha256:/);
    expect(variants[1].rule_hash).not.toBe(stored.body.rule_hash);
  });

  test.each([
    ['no second variant', { test_variant: undefined }, /test_variant: expected string or object/],
    ['an unknown field', { colour: 1 }, /colour: unknown field/],
    ['a level that is none', { confidence_level: 1 }, /confidence_level/],
    [
      'percentages that do not add up',
      {
        control_variant: { name: 'a', traffic_percentage: 60 },
        test_variant: { name: 'b', traffic_percentage: 60 },
      },
      /sum up to 120/,
    ],
    [
      'a hash the rule has not got',
      { test_variant: { rule_id: 'ab-rule', rule_hash: `sha256:${'0'.repeat(64)}` } },
      /no stored version/,
    ],
  ])('%s is refused with its place', async (_, change, message) => {
    const { status, body } = await post('/shadow/evaluate', {
      test_name: 'refused',
      control_variant: 'a',
      test_variant: 'b',
      confidence_level: 0.95,
      min_sample_size: 10,
      ...change,
    });
    expect([status, body.code]).toEqual([400, 'invalid_request']);
    expect(body.detail).toMatch(message);
  });
});

describe('assignment', () => {
  test('is sticky, follows the split, and starts the test', async () => {
    const t = await create({
      champion: { name: 'old', traffic_percentage: 80 },
      challenger: { name: 'new', traffic_percentage: 20 },
    });
    const path = (unit: string) => `/shadow/tests/${t.id}/assign?unit=${encodeURIComponent(unit)}`;
    const first = await get(path('user 1'));
    expect(first.status).toBe(200);
    expect((await get(path('user 1'))).body).toEqual(first.body);
    const all = await Promise.all(Array.from({ length: 400 }, (_, i) => get(path(`user ${i}`))));
    const challengers = all.filter(({ body }) => body.variant_id === t.challenger);
    // 80 expected, four standard errors of 8 either way; the test id is random, so this is no fixed draw.
    expect(Math.abs(challengers.length - 80)).toBeLessThan(40);
    expect(challengers[0]!.body).toMatchObject({ name: 'new', type: 'challenger', probability: 0.2 });
    expect(new Set(all.map(({ body }) => body.assignment_id)).size).toBe(400);
    expect((await get(`/shadow/tests/${t.id}`)).body).toMatchObject({ status: 'running' });
    expect((await get(`/shadow/tests/${t.id}/assign`)).status).toBe(400);
  });

  test('a unit that several requests ask for at once is drawn once', async () => {
    const t = await create({ allocation: 'thompson' });
    for (let unit = 0; unit < 10; unit++) {
      const path = `/shadow/tests/${t.id}/assign?unit=user-${unit}`;
      const answers = await Promise.all(Array.from({ length: 8 }, () => get(path)));
      for (const { status, body } of answers) {
        expect(status).toBe(200);
        expect(body).toEqual(answers[0]!.body);
      }
    }
  });

  test('Thompson sampling moves towards the better variant, keeps what was drawn, and its split still checks out', async () => {
    const t = await create({ allocation: 'thompson', min_sample_size: 100_000 });
    const drawn = new Map<string, { variant_id: string; probability: number }>();
    for (let round = 0; round < 8; round++) {
      const units = Array.from({ length: 40 }, (_, i) => `r${round} u${i}`);
      const answers = await Promise.all(
        units.map((unit) => get(`/shadow/tests/${t.id}/assign?unit=${unit}`)),
      );
      const observations = answers.map(({ body }, i) => {
        drawn.set(units[i]!, body);
        const rate = body.variant_id === t.challenger ? 0.6 : 0.2;
        return {
          id: units[i]!,
          variant_id: body.variant_id,
          assignment_id: body.assignment_id,
          success: rng.float() < rate,
        };
      });
      expect((await observe(t, observations)).body.accepted).toBe(40);
    }
    const [unit, before] = [...drawn][0]!;
    expect((await get(`/shadow/tests/${t.id}/assign?unit=${unit}`)).body).toEqual(before);
    expect(before.probability).toBe(0.5);
    const later = await get(`/shadow/tests/${t.id}/assign?unit=later`);
    const share =
      later.body.variant_id === t.challenger ? later.body.probability : 1 - later.body.probability;
    expect(share).toBe(0.95);
    expect(await evaluate(t)).toMatchObject({ srm: { ok: true }, decision: 'continue' });
  });
});

describe('observations', () => {
  test('repeated ids count once; the first outcome of a unit counts, all count for the guardrails', async () => {
    const t = await create();
    const batch = [
      { id: 'a', variant_id: t.champion, unit: 'u1', success: true, latency_ms: 10 },
      { id: 'b', variant_id: t.champion, unit: 'u1', success: false, error: true, latency_ms: 30 },
      { id: 'c', variant_id: t.challenger, unit: 'u2', success: false, at: '2026-01-01T00:00:00Z' },
      { id: 'c', variant_id: t.challenger, unit: 'u3', success: true },
    ];
    expect((await observe(t, batch)).body).toEqual({ accepted: 3, duplicates: 1 });
    expect((await observe(t, batch)).body).toEqual({ accepted: 0, duplicates: 4 });
    const { variants } = (await get(`/shadow/tests/${t.id}`)).body;
    expect(variants).toMatchObject([
      { trials: 1, successes: 1, rate: 1, observations: 2, error_rate: 0.5 },
      { trials: 1, successes: 0, rate: 0, observations: 1, error_rate: 0, latency_p95_ms: null },
    ]);
    expect(variants[0].latency_p95_ms / 30).toBeCloseTo(1, 1);
  });

  test('ten thousand in one call, and the same ones posted twice at once', async () => {
    const t = await create();
    const batch = alternating(t, 5_000, [0.1, 0.1]);
    const answers = await Promise.all([observe(t, batch), observe(t, batch)]);
    expect(answers.map(({ body }) => body.accepted).sort()).toEqual([0, 10_000]);
    expect((await get(`/shadow/tests/${t.id}`)).body.variants).toMatchObject([
      { trials: 5_000 },
      { trials: 5_000 },
    ]);
    expect((await observe(t, [...batch, ...batch.slice(0, 1)])).status).toBe(400);
  });

  test('callers at once, with retries and shared units: the state is a recount of what is stored', async () => {
    const t = await create({ min_sample_size: 100_000 });
    const units = 400;
    const batches = Array.from({ length: 24 }, (_, k) =>
      alternating(t, 40, [0.3, 0.4]).map((outcome, i) => ({
        ...outcome,
        unit: `u${(k * 31 + i * 7) % units}`,
        error: i % 9 === 0,
        latency_ms: i,
      })),
    );
    const sent = [...batches, ...batches.slice(0, 8)];
    const answers = await Promise.all([...sent.map((batch) => observe(t, batch)), evaluate(t)]);
    const accepted = answers.slice(0, sent.length).reduce((sum, { body }) => sum + body.accepted, 0);
    expect(accepted).toBe(24 * 80);
    const recount = await api.database.ownerPool.query(
      `SELECT o.arm, count(*)::int AS observations, count(*) FILTER (WHERE o.error)::int AS errors
       FROM shadow.ab_observations AS o WHERE o.test_id = $1 GROUP BY o.arm ORDER BY o.arm`,
      [t.id],
    );
    const firsts = await api.database.ownerPool.query(
      'SELECT outcome_arm AS arm, count(*)::int AS trials FROM shadow.ab_units WHERE test_id = $1 GROUP BY 1 ORDER BY 1',
      [t.id],
    );
    const { variants } = (await get(`/shadow/tests/${t.id}`)).body;
    for (const arm of [0, 1]) {
      const { observations, errors } = recount.rows[arm];
      expect(variants[arm]).toMatchObject({ observations, trials: firsts.rows[arm].trials });
      expect(variants[arm].error_rate).toBe(errors / observations);
    }
    expect(firsts.rows[0].trials + firsts.rows[1].trials).toBe(units);
  });

  test('a variant of another test, and what is not an observation, are refused', async () => {
    const [t, other] = [await create(), await create()];
    expect((await observe(t, outcomes(other.champion, 1, 1))).body.detail).toMatch(
      /observations\[0\].variant_id/,
    );
    expect((await observe(t, [{ id: 'x', variant_id: t.champion, success: 1 }])).status).toBe(400);
    expect((await observe(t, [])).status).toBe(400);
    expect((await observe({ ...t, id: 'nope' }, outcomes(t.champion, 1, 1))).status).toBe(404);
  });
});

describe('decisions', () => {
  test('no data never advances', async () => {
    const t = await create();
    expect(await evaluate(t)).toMatchObject({
      decision: 'continue',
      status: 'running',
      looks: 1,
      e_value: 1,
    });
    expect((await post(`/shadow/tests/${t.id}/conclude`)).body).toMatchObject({
      decision: 'inconclusive',
      status: 'inconclusive',
      winner_variant_id: null,
    });
  });

  test('a clearly better challenger is promoted, once for all', async () => {
    const t = await create();
    await observe(t, alternating(t, 1_000, [0.1, 0.3]));
    const result = await evaluate(t);
    expect(result).toMatchObject({
      status: 'completed',
      decision: 'promote',
      winner_variant_id: t.challenger,
    });
    expect(result.probability_beat_champion).toBeGreaterThan(0.999);
    expect(result.e_value).toBeGreaterThan(20);
    expect(result.srm.ok).toBe(true);
    expect(result.reason).toContain('e-value');
    const late = await observe(t, outcomes(t.champion, 1, 1));
    expect([late.status, late.body.code]).toEqual([409, 'test_finished']);
    expect(await evaluate(t)).toEqual(result);
    expect((await get(`/shadow/tests/${t.id}/assign?unit=x`)).body).toMatchObject({
      variant_id: t.challenger,
      probability: 1,
    });
  });

  test('all outcomes of one variant first, then all of the other, is the same evidence', async () => {
    const t = await create();
    await observe(t, outcomes(t.champion, 1_000, 0.1));
    expect(await evaluate(t)).toMatchObject({ decision: 'continue', srm: { ok: false } });
    await observe(t, outcomes(t.challenger, 1_000, 0.3));
    expect(await evaluate(t)).toMatchObject({ decision: 'promote', srm: { ok: true } });
  });

  test('a clearly worse one is kept out', async () => {
    const t = await create();
    await observe(t, alternating(t, 1_000, [0.3, 0.1]));
    expect(await evaluate(t)).toMatchObject({
      decision: 'keep',
      status: 'completed',
      winner_variant_id: t.champion,
    });
  });

  test('errors over the limit roll back before there are enough samples', async () => {
    const t = await create({ rollback_on_error_rate: 0.05, min_sample_size: 10_000 });
    await observe(t, [
      ...outcomes(t.champion, 200, 0.5, { error: false }),
      ...outcomes(t.challenger, 140, 0.5, { error: false }),
      ...outcomes(t.challenger, 60, 0.5, { error: true }),
    ]);
    const result = await evaluate(t);
    expect(result).toMatchObject({ status: 'rolled_back', decision: 'rollback', winner_variant_id: null });
    expect(result.reason).toContain('60 errors');
    expect((await get(`/shadow/tests/${t.id}/assign?unit=x`)).body.variant_id).toBe(t.champion);
  });

  test('so do answers slower than the limit, unless nobody asked for a rollback: then nothing is promoted', async () => {
    const slow = { rollback_on_latency_p95_ms: 100 };
    const [rolls, holds] = [await create(slow), await create({ ...slow, auto_rollback: false })];
    for (const t of [rolls, holds]) {
      await observe(t, [
        ...outcomes(t.champion, 300, 0.1, { latency_ms: 50 }),
        ...outcomes(t.challenger, 300, 0.6, { latency_ms: 150 }),
      ]);
    }
    expect(await evaluate(rolls)).toMatchObject({ decision: 'rollback' });
    const held = await evaluate(holds);
    expect(held).toMatchObject({
      decision: 'continue',
      guardrails: [{ name: 'latency_p95', breached: true }],
    });
    expect(held.e_value).toBeGreaterThan(20);
    expect((await post(`/shadow/tests/${holds.id}/conclude`)).body.decision).toBe('keep');
  });

  test('a split that does not match its plan holds, and is inconclusive in the end', async () => {
    const t = await create();
    await observe(t, [...outcomes(t.champion, 1_000, 0.1), ...outcomes(t.challenger, 700, 0.4)]);
    const held = await evaluate(t);
    expect(held).toMatchObject({ decision: 'continue', srm: { ok: false } });
    expect(held.reason).toMatch(/^held: .*planned split/);
    expect((await post(`/shadow/tests/${t.id}/conclude`)).body.decision).toBe('inconclusive');
  });

  test('when the duration is over the champion that was not beaten is kept', async () => {
    const t = await create({ max_duration_s: 60 });
    await observe(t, alternating(t, 300, [0.2, 0.2]));
    expect((await evaluate(t)).decision).toBe('continue');
    offsetMs += 61_000;
    expect(await evaluate(t)).toMatchObject({
      decision: 'keep',
      status: 'completed',
      reason: expect.stringContaining('duration is over'),
    });
  });

  test('workers look by themselves, at what has something new', async () => {
    const t = await create();
    const idle = await create();
    await observe(t, alternating(t, 1_000, [0.1, 0.3]));
    await observe(idle, alternating(idle, 10, [0.1, 0.1]));
    const { deps } = api;
    const publish = createTestMetrics(deps.metrics);
    const sweep = () => sweepTests({ ...deps, pool: deps.judgePool, publish }, AbortSignal.timeout(60_000));
    expect(await sweep()).toBeGreaterThanOrEqual(2);
    expect((await get(`/shadow/tests/${t.id}`)).body).toMatchObject({
      status: 'completed',
      decision: 'promote',
    });
    expect((await get(`/shadow/tests/${idle.id}`)).body).toMatchObject({ status: 'running', looks: 1 });
    expect(await sweep()).toBe(0);
    expect(await deps.metrics.text()).toContain(`ab_test_probability_beat{test_id="${t.id}"}`);
    offsetMs += 3_600_000;
    expect(await sweep()).toBeGreaterThan(0);
    expect((await get(`/shadow/tests/${idle.id}`)).body).toMatchObject({ status: 'inconclusive', looks: 2 });
  });

  test('PostgreSQL itself refuses a promotion without its evidence, and a plan that changes', async () => {
    const t = await create();
    const promote = `UPDATE shadow.ab_tests SET decision = 'promote', status = 'completed' WHERE test_id = $1`;
    await expect(api.deps.pool.query(promote, [t.id])).rejects.toThrow(/permission/);
    await expect(api.deps.judgePool.query(promote, [t.id])).rejects.toThrow(/promotion_has_evidence/);
    const change = 'UPDATE shadow.ab_tests SET alpha = 0.5 WHERE test_id = $1';
    await expect(api.deps.judgePool.query(change, [t.id])).rejects.toThrow(/permission/);
  });
});

test('names are unique within a tenant; another tenant’s test does not exist', async () => {
  const body = { name: 'mine', tenant_id: 'acme', champion: {}, challenger: {} };
  const { body: made } = await post('/shadow/tests', body);
  const again = await post('/shadow/tests', body);
  expect([again.status, again.body.code]).toEqual([409, 'name_taken']);
  expect((await post('/shadow/tests', { ...body, tenant_id: 'other' })).status).toBe(201);
  const other = await api.key({ scopes: ['shadow:read', 'shadow:write'], tenantId: 'other' });
  const path = `/shadow/tests/${made.test_id}`;
  for (const [method, suffix] of [
    ['GET', ''],
    ['GET', '/assign?unit=x'],
    ['POST', '/evaluate'],
    ['POST', '/conclude'],
  ] as const) {
    expect((await api.send(method, path + suffix, { key: other })).status, suffix).toBe(404);
  }
  expect((await api.send('GET', `/shadow/results/${made.test_id}`, { key: other })).status).toBe(404);
  const reader = await api.key({ scopes: ['shadow:read'] });
  expect((await api.send('POST', `${path}/evaluate`, { key: reader })).status).toBe(403);
});
