import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateSamples } from '../../src/shadow/sample-data/generate-samples.ts';
import { startWorkerProcess, type WorkerProcess } from '../faults/worker-process.ts';
import { createEvaluationFixture, type EvaluationFixture } from './evaluation-fixture.ts';

let fixture: EvaluationFixture;
let worker: WorkerProcess;
let url: string;
beforeAll(async () => {
  fixture = await createEvaluationFixture(undefined);
  worker = await startWorkerProcess({
    DATABASE_URL: fixture.config.databaseUrl,
    HOST: '127.0.0.1',
    WORKER_METRICS_PORT: '0',
  });
  const port = /"metrics_port":(\d+)/.exec(worker.log())?.[1];
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await worker?.terminate();
  await fixture?.close();
});

/** The value of a sample such as `name{status="completed"}`. */
function sampleOf(exposition: string, sample: string): number | undefined {
  const line = exposition.split('\n').find((text) => text.startsWith(`${sample} `));
  return line === undefined ? undefined : Number(line.slice(sample.length + 1));
}

test('a worker process says that it is alive and ready', async () => {
  expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok' });
  const ready = await fetch(`${url}/ready`);
  expect([ready.status, await ready.json()]).toMatchObject([
    200,
    { checks: { database: { ok: true }, migrations: { ok: true }, queue: { ok: true } } },
  ]);
  expect((await fetch(`${url}/samples/datasets`)).status).toBe(404);
});

test('after an evaluation its metrics can be scraped', async () => {
  await fixture.upload('d', generateSamples(3, 500));
  const evalId = await fixture.request({ type: 'signature', pattern: 'union select' });
  await fixture.result(evalId);
  const scrape = async () => (await fetch(`${url}/metrics`)).text();
  // The row is complete a moment before the worker counts it.
  await expect
    .poll(async () => sampleOf(await scrape(), 'shadow_evaluations_total{status="completed"}'))
    .toBe(1);
  const text = await scrape();
  expect(sampleOf(text, 'shadow_evaluation_duration_seconds_count')).toBe(1);
  expect(sampleOf(text, 'shadow_worker_pool_queue_size')).toBe(0);
  const f1 = (await fixture.result(evalId)).result?.f1_score;
  await expect.poll(async () => sampleOf(await scrape(), 'shadow_rule_f1_score{rule_id="r"}')).toBe(f1);
  expect(sampleOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(0);
});

test('a worker whose port is taken does not start, and says what to set', async () => {
  const started = startWorkerProcess({
    DATABASE_URL: fixture.config.databaseUrl,
    HOST: '127.0.0.1',
    WORKER_METRICS_PORT: new URL(url).port,
  });
  await expect(started).rejects.toThrow(/ended with 1[\s\S]*WORKER_METRICS_PORT/);
});
