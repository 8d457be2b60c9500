import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLifecycle, type Lifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { startWorker } from '../../src/queue/start-worker.ts';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let worker: Lifecycle;
let key: string;

const lines = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      id: `s${i}`,
      timestamp: 1_767_225_600_000 + i * 1_000,
      payload: i % 3 === 0 ? "' OR '1'='1" : 'hello',
      is_attack: i % 3 === 0,
      attack_type: i % 3 === 0 ? '__proto__' : null,
    }),
  ).join('\n');

const seedForm = {
  rule_id: 'seed',
  rule_config: { type: 'signature', pattern: "' OR '1'='1" },
  dataset: 'd',
};

beforeAll(async () => {
  api = await createTestApi();
  key = await api.key({ scopes: ['shadow:read', 'shadow:write'] });
  const log = createLogger({ logLevel: 'silent' }, 'worker');
  worker = createLifecycle({ log, graceMs: 1_000 });
  startWorker({ ...api.deps.config, workerThreads: 2 }, { log, metrics: createMetrics(), lifecycle: worker });
  const ndjson = { 'content-type': 'application/x-ndjson' };
  await api.send('POST', '/samples?dataset=d', { key, body: lines(300), headers: ndjson });
});
afterAll(async () => {
  await worker?.stop('the test is over');
  await api?.close();
});

const evaluate = (body: object, headers: Record<string, string> = {}) =>
  api.send('POST', '/shadow/evaluate', { key, body, headers });

async function finished(body: object): Promise<string> {
  const { body: result } = await evaluate(body, { prefer: 'wait=30' });
  expect(result.status).toBe('completed');
  return result.eval_id;
}

test('202 with links at once; with Prefer: wait the finished result', async () => {
  const queued = await evaluate(seedForm);
  expect(queued.status).toBe(202);
  expect(queued.body).toMatchObject({
    status: 'queued',
    links: { self: `/shadow/results/${queued.body.eval_id}` },
  });
  expect(queued.headers.get('location')).toBe(queued.body.links.self);

  const waited = await evaluate(seedForm, { prefer: 'respond-async, wait=30' });
  expect(waited.status).toBe(200);
  expect(waited.headers.get('preference-applied')).toBe('wait=30');
  expect(waited.body).toMatchObject({
    status: 'completed',
    rule_id: 'seed',
    progress: { done: 300, total: 300 },
    true_positives: 100,
    false_positives: 0,
    true_negatives: 200,
    false_negatives: 0,
    precision: 1,
    recall: 1,
    f1_score: 1,
  });
  // A type named __proto__ is one like any other.
  expect(waited.text).toContain('"__proto__":{"total":100');
});

test('events: progress, then completed with the report; a reconnect misses nothing and does not repeat', async () => {
  const { body } = await evaluate({ ...seedForm, rule_id: 'sse' });
  const stream = await api.send('GET', `/shadow/results/${body.eval_id}/events`, { key });
  expect(stream.headers.get('content-type')).toContain('text/event-stream');
  const events = stream.text
    .trim()
    .split('\n\n')
    .map((text) => ({
      event: /^event: (.*)$/m.exec(text)?.[1],
      id: /^id: (.*)$/m.exec(text)?.[1],
      data: JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null'),
    }));
  expect(events.at(-1)).toMatchObject({
    event: 'completed',
    data: { true_positives: 100, status: 'completed' },
  });
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);

  const resumed = await api.send('GET', `/shadow/results/${body.eval_id}/events`, {
    key,
    headers: { 'last-event-id': '1-7' },
  });
  expect(resumed.text).toContain('event: completed');
  const over = await api.send('GET', `/shadow/results/${body.eval_id}/events`, {
    key,
    headers: { 'last-event-id': events.at(-1)!.id! },
  });
  expect(over.status).toBe(204);
});

test.each([
  ['a dataset that is not there', { ...seedForm, dataset: 'nowhere' }, 422, 'empty_selection'],
  ['an empty window', { ...seedForm, time_window: { to: '2001-01-01T00:00:00Z' } }, 422, 'empty_selection'],
  ['an unknown rule type', { ...seedForm, rule_config: { type: 'magic' } }, 400, 'invalid_request'],
  [
    'an unknown field of a rule',
    { ...seedForm, rule_config: { type: 'signature', pattern: 'x', colour: 1 } },
    400,
    'invalid_request',
  ],
  [
    'an invalid pattern',
    { ...seedForm, rule_config: { type: 'signature', patterns: [{ regex: '(' }] } },
    400,
    'invalid_request',
  ],
  [
    'a pattern that cannot be bounded',
    { ...seedForm, rule_config: { type: 'signature', patterns: [{ regex: '(a)\\1' }] } },
    400,
    'invalid_request',
  ],
  [
    'a type that contradicts the configuration',
    { ...seedForm, rule_type: 'ip_list' },
    400,
    'invalid_request',
  ],
  ['a fraction where an integer is meant', { ...seedForm, sample_size: 1.5 }, 400, 'invalid_request'],
  ['an unknown field of the request', { ...seedForm, sampel_size: 5 }, 400, 'invalid_request'],
  ['a window that is no time', { ...seedForm, time_window: 'yesterday' }, 400, 'invalid_request'],
  [
    'SQL for a tenant',
    { ...seedForm, tenant_id: "'; DROP TABLE shadow.datasets; --" },
    400,
    'invalid_request',
  ],
  ['a card number for a tenant', { ...seedForm, tenant_id: '4111111111111111' }, 400, 'invalid_request'],
])('%s is refused with what to do', async (_, body, status, code) => {
  const answer = await evaluate(body);
  expect([answer.status, answer.body.code]).toEqual([status, code]);
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
  expect(answer.body.detail.length).toBeGreaterThan(20);
  expect(answer.body).toMatchObject({
    success: false,
    error: answer.body.title,
    request_id: expect.any(String),
  });
});

test('an unknown rule type is answered with the known ones, a refused pattern with its construct', async () => {
  const unknown = await evaluate({ ...seedForm, rule_config: { type: 'magic' } });
  expect(unknown.text).toMatch(/signature.*ip_list.*rate_limit.*anomaly.*composite/);
  const refused = await evaluate({
    ...seedForm,
    rule_config: { type: 'signature', patterns: [{ regex: '(a)\\1' }] },
  });
  expect(refused.text).toMatch(/back.?reference/i);
});

test('SQL in every string is data', async () => {
  const sql = "'; DROP TABLE shadow.datasets; --";
  const body = {
    ...seedForm,
    rule_id: sql,
    rule_name: sql,
    rule_config: { type: 'signature', pattern: sql },
  };
  const result = await evaluate(body, { prefer: 'wait=30' });
  expect(result.body).toMatchObject({ status: 'completed', rule_id: sql });
  expect((await evaluate({ ...seedForm, dataset: sql })).status).toBeGreaterThanOrEqual(400);
});

test('a catastrophic pattern neither stalls its own evaluation nor another', async () => {
  const dataset = 'long';
  const payloads = [`${'a'.repeat(200_000)}!`, `${'x'.repeat(200_000)}`];
  await api.send('POST', `/samples?dataset=${dataset}`, {
    key,
    body: payloads.map((payload) => JSON.stringify({ payload, is_attack: true })).join('\n'),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const startedAt = performance.now();
  const hostile = ['(a+)+$', '(a|aa)+$', '(x+x+)+y', '([a-z]+)*=', '^(([a-z])+.)+[A-Z]([a-z])+$'];
  const [answer, ...others] = await Promise.all([
    evaluate(
      {
        rule_id: 'redos',
        rule_config: { type: 'signature', patterns: hostile.map((regex) => ({ regex })) },
        dataset,
      },
      { prefer: 'wait=30' },
    ),
    ...Array.from({ length: 5 }, () => evaluate(seedForm, { prefer: 'wait=30' })),
  ]);
  expect(answer!.body.status).toBe('completed');
  expect(others.map(({ body }) => body.status)).toEqual(others.map(() => 'completed'));
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});

test('scopes, tenants and ids: what a key may not see does not exist', async () => {
  const evalId = await finished({ ...seedForm, rule_id: 'mine', tenant_id: 'acme' });
  const path = `/shadow/results/${evalId}`;
  const acme = await api.key({ scopes: ['shadow:read'], tenantId: 'acme' });
  const other = await api.key({ scopes: ['shadow:read', 'shadow:write'], tenantId: 'other' });
  expect((await api.send('GET', path, { key: acme })).status).toBe(200);
  expect((await api.send('GET', path, { key: other })).status).toBe(404);
  expect((await api.send('GET', `${path}/events`, { key: other })).status).toBe(404);
  expect((await api.send('POST', `/shadow/evaluations/${evalId}/cancel`, { key: other })).status).toBe(404);
  expect((await api.send('POST', '/shadow/evaluate', { key: acme, body: seedForm })).status).toBe(403);
  expect(
    (await api.send('POST', '/shadow/evaluate', { key: other, body: { ...seedForm, tenant_id: 'acme' } }))
      .status,
  ).toBe(404);
  expect((await api.send('GET', '/shadow/results/no-such-id', { key })).status).toBe(404);
  expect((await api.send('GET', path)).status).toBe(401);
});

test('a finished evaluation cannot be cancelled', async () => {
  const evalId = await finished({ ...seedForm, rule_id: 'done' });
  const answer = await api.send('POST', `/shadow/evaluations/${evalId}/cancel`, { key });
  expect([answer.status, answer.body.code]).toEqual([409, 'already_finished']);
});

test('an evaluation whose dataset is deleted fails with the reason', async () => {
  await worker.stop('so that the evaluation waits');
  await api.send('POST', '/samples?dataset=gone', {
    key,
    body: lines(10),
    headers: { 'content-type': 'application/x-ndjson' },
  });
  const { body } = await evaluate({ ...seedForm, dataset: 'gone' });
  await api.send('DELETE', '/samples/datasets/gone', { key });
  const log = createLogger({ logLevel: 'silent' }, 'worker');
  worker = createLifecycle({ log, graceMs: 1_000 });
  startWorker({ ...api.deps.config, workerThreads: 1 }, { log, metrics: createMetrics(), lifecycle: worker });
  const events = await api.send('GET', `/shadow/results/${body.eval_id}/events`, { key });
  expect(events.text).toContain('event: failed');
  const result = await api.send('GET', `/shadow/results/${body.eval_id}`, { key });
  expect(result.body).toMatchObject({ status: 'failed', error: { code: 'dataset_deleted' } });
});
