import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLifecycle, type Lifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { startWorker } from '../../src/queue/start-worker.ts';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let key: string;
let worker: Lifecycle;
const log = createLogger({ logLevel: 'silent' }, 'worker');
const work = () => {
  worker = createLifecycle({ log, graceMs: 1_000 });
  startWorker({ ...api.deps.config, workerThreads: 2 }, { log, metrics: createMetrics(), lifecycle: worker });
};
beforeAll(async () => {
  api = await createTestApi();
  key = await api.key({ scopes: ['shadow:read'] });
  work();
});
afterAll(async () => {
  await worker?.stop('the test is over');
  await api?.close();
});

const post = (path: string, body: object) => api.send('POST', path, { key, body });

test('POST /stats/compare answers the calculator’s numbers', async () => {
  const { status, body } = await post('/stats/compare', {
    a: { successes: 0, trials: 0 },
    b: { successes: 1, trials: 1 },
  });
  expect(status).toBe(200);
  // A uniform, B with density 2x: P(B > A) = 2/3, and E[max(B − A, 0)] = ∫∫ = 1/4.
  expect(body.p_b_gt_a).toBeCloseTo(2 / 3, 13);
  expect(body.loss_choose_a).toBeCloseTo(1 / 4, 13);
  expect(body.loss_choose_b).toBeCloseTo(1 / 12, 13);
  expect(body.mean_b).toBeCloseTo(2 / 3, 14);
  expect(body.ci95_b[0]).toBeCloseTo(Math.sqrt(0.025), 13);
  const bad = await post('/stats/compare', {
    a: { successes: 2, trials: 1 },
    b: { successes: 1, trials: 1 },
  });
  expect([bad.status, bad.body.errors[0].location]).toEqual([400, 'body.a.successes']);
  expect((await post('/stats/compare', { a: { successes: 1.5, trials: 2 } })).status).toBe(400);
});

const vectors = new URL('../../../shared/vectors/stats/paired-e-value.json', import.meta.url);
test.skipIf(!existsSync(vectors))('POST /stats/paired answers the shared vectors', async () => {
  const [first, ...others] = JSON.parse(readFileSync(vectors, 'utf8'));
  for (const { only_challenger, only_champion, log_e } of [first, ...others.slice(0, 20)]) {
    const { body } = await post('/stats/paired', { only_challenger, only_champion, alpha: 0.01 });
    expect(Math.abs(body.log_e - log_e)).toBeLessThanOrEqual(1e-12 * Math.abs(log_e));
    expect(body.conclusive).toBe(log_e >= Math.log(100));
  }
  const huge = await post('/stats/paired', { only_challenger: 1_000_000, only_champion: 0 });
  expect(huge.body).toMatchObject({ e_value: Number.MAX_VALUE, conclusive: true });
});

interface SimulatedArm {
  probability_best: number;
  quantiles: Record<string, number>;
}

async function simulated(body: object): Promise<{ id: string; arms: SimulatedArm[] }> {
  const queued = await post('/stats/simulate', body);
  expect([queued.status, queued.body.status, queued.body.arms]).toEqual([202, 'queued', null]);
  const read = async () => (await api.send('GET', queued.body.links.self, { key })).body;
  await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('completed');
  return { id: queued.body.simulation_id, arms: (await read()).arms };
}

const three = {
  arms: [
    { successes: 10, trials: 100 },
    { successes: 15, trials: 100 },
    { successes: 14, trials: 100 },
  ],
  draws: 250_000,
  seed: 7,
};

test('POST /stats/simulate draws on the threads; the seed decides the result', async () => {
  const { arms, id } = await simulated(three);
  expect(arms).toHaveLength(3);
  expect(arms.reduce((sum, arm) => sum + arm.probability_best, 0)).toBeCloseTo(1, 12);
  expect(arms[1]!.probability_best).toBeGreaterThan(arms[2]!.probability_best);
  expect(Object.keys(arms[0]!.quantiles)).toEqual(['p2_5', 'p50', 'p97_5']);
  expect((await simulated(three)).arms).toEqual(arms);
  const other = await api.key({ scopes: ['shadow:read'], tenantId: 'other' });
  expect((await api.send('GET', `/stats/simulations/${id}`, { key: other })).status).toBe(404);
  expect((await post('/stats/simulate', { ...three, draws: 10_000_000 })).status).toBe(400);
  expect((await post('/stats/simulate', { ...three, arms: three.arms.slice(1, 2) })).status).toBe(400);
});

test('a simulation whose job was lost is found by the poll', async () => {
  const { simulations } = api.deps;
  const enqueue = simulations.enqueue;
  simulations.enqueue = async () => {
    throw new Error('the queue is away');
  };
  try {
    const queued = await post('/stats/simulate', { ...three, draws: 1_000 });
    expect(queued.status).toBe(202);
    await api.database.ownerPool.query(
      `UPDATE shadow.simulations SET touched_at = now() - interval '1 minute'`,
    );
    const read = async () => (await api.send('GET', queued.body.links.self, { key })).body;
    await expect.poll(async () => (await read()).status, { timeout: 30_000 }).toBe('completed');
  } finally {
    simulations.enqueue = enqueue;
  }
});
