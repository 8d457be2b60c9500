import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorkerProcess, type WorkerProcess } from '../faults/worker-process.ts';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';
import { catching, ndjson, traffic } from './deployment-fixture.ts';

// Every metric that the shadow side promises, scraped from the process that has it: a real worker.

let api: TestApi;
let worker: WorkerProcess | undefined;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(async () => {
  await worker?.terminate();
  await api?.close();
});

const post = async (path: string, body: object, headers: Record<string, string> = {}) =>
  (await api.send('POST', path, { key: testAdminKey, body, headers })).body;
const get = async (path: string) => (await api.send('GET', path, { key: testAdminKey })).body;

test('tests, rollouts, evaluations and what is live without a test show in a worker’s metrics', async () => {
  await api.send('POST', '/samples?dataset=d', { key: testAdminKey, body: traffic, headers: ndjson });
  const rule = { rule_id: 'r', rule_config: catching(9) };
  const { rule_hash } = await post('/shadow/rules', rule);
  const deployment = await post('/shadow/deploy', {
    rule_id: 'r',
    rule_hash,
    override: { reason: 'a drill' },
  });
  const created = await post('/shadow/tests', { name: 'test', champion: {}, challenger: {} });
  const { variants } = await get(`/shadow/tests/${created.test_id}`);
  const observations = [true, false].flatMap((success, i) =>
    // biome-ignore lint/suspicious/noExplicitAny: an answer of the API.
    variants.map(({ variant_id }: any, arm: number) => ({ id: `${i} ${arm}`, variant_id, success })),
  );
  await post(`/shadow/tests/${created.test_id}/observations`, { observations });
  const { eval_id } = await post('/shadow/evaluate', { ...rule, dataset: 'd' });

  worker = await startWorkerProcess({
    DATABASE_URL: api.database.url,
    HOST: '127.0.0.1',
    WORKER_METRICS_PORT: '0',
  });
  const port = /"metrics_port":(\d+)/.exec(worker.log())?.[1];
  const scrape = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const [champion, challenger] = variants;
  const test_id = created.test_id;
  const expected: [sample: string, value: number][] = [
    ['shadow_deployments_without_testing', 1],
    [`canary_deployment_health{deployment_id="${deployment.deployment_id}"}`, 0.5],
    [`ab_test_probability_beat{test_id="${test_id}"}`, 0.5],
    [`shadow_test_probability_best{test_id="${test_id}",variant_id="${challenger.variant_id}"}`, 0.5],
    [`shadow_test_sample_count{test_id="${test_id}",variant_id="${champion.variant_id}"}`, 2],
    [`test_variants_conversion_rate{variant_id="${challenger.variant_id}",type="challenger"}`, 0.5],
    ['shadow_evaluations_total{status="completed"}', 1],
    ['shadow_evaluation_duration_seconds_count', 1],
    ['shadow_rule_f1_score{rule_id="r"}', (0.9 * 2) / 1.9],
    ['shadow_worker_pool_queue_size', 0],
  ];
  // Jobs that were never done are done when a worker starts; the others come with the evaluation.
  const missing = async () => {
    const lines = (await scrape()).split('\n');
    const shown = (sample: string) =>
      Number(lines.find((line) => line.startsWith(`${sample} `))?.slice(sample.length));
    return expected.filter(([sample, value]) => !(Math.abs(shown(sample) - value) < 1e-9));
  };
  await expect.poll(missing, { timeout: 30_000, interval: 250 }).toEqual([]);
  expect((await get(`/shadow/results/${eval_id}`)).status).toBe('completed');
});
