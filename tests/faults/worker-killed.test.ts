import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cancelEvaluation } from '../../src/shadow/evaluations/cancel-evaluation.ts';
import { findEvaluation } from '../../src/shadow/evaluations/find-evaluation.ts';
import { generateSamples } from '../../src/shadow/sample-data/generate-samples.ts';
import {
  createEvaluationFixture,
  type EvaluationFixture,
  type Report,
} from '../integration/evaluation-fixture.ts';
import { redisUrl } from '../support/redis.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** Enough for seconds of work with the rule below on one thread, so that a kill lands in the middle. */
const samples = 60_000;

const slowRule = (name: string) => ({
  type: 'composite',
  op: 'or',
  rules: [
    { type: 'rate_limit', max_requests_per_minute: 20 },
    ...['url', 'html', 'base64', 'comments', 'whitespace', 'lowercase'].map((step) => ({
      type: 'signature',
      patterns: ['union select', '../', `absent ${name}`],
      fields: ['payload', 'uri', 'user_agent', 'headers.*'],
      decode: [step, 'url', step, 'url'],
    })),
  ],
});

const counts = ({ true_positives, false_positives, true_negatives, false_negatives, examples }: Report) => ({
  true_positives,
  false_positives,
  true_negatives,
  false_negatives,
  examples,
});

describe.each(['postgresql', 'redis'] as const)('workers that die, jobs on %s', (store) => {
  const redis = store === 'redis' ? redisUrl() : undefined;
  if (store === 'redis' && redis === undefined) {
    test.skip('no redis-server could be had', () => {});
    return;
  }
  let fixture: EvaluationFixture;
  const workers: WorkerProcess[] = [];
  const startWorker = async () => {
    const worker = await startWorkerProcess({
      DATABASE_URL: fixture.config.databaseUrl,
      ...(redis === undefined ? {} : { REDIS_URL: redis, REDIS_KEY_PREFIX: fixture.config.redisKeyPrefix }),
      WORKER_THREADS: '1',
      SHUTDOWN_GRACE_MS: '500',
    });
    workers.push(worker);
    return worker;
  };
  beforeAll(async () => {
    fixture = await createEvaluationFixture(redis);
    await fixture.upload('d', generateSamples(7, samples));
  });
  afterAll(async () => {
    for (const { child, kill } of workers)
      if (child.exitCode === null && child.signalCode === null) await kill();
    await fixture?.close();
  });

  const inTheMiddle = async (evalId: string) => {
    for (;;) {
      const evaluation = await findEvaluation(fixture.pool, evalId, null);
      expect(evaluation?.status, 'the evaluation ended before it could be interrupted').not.toBe('completed');
      if (evaluation!.done > 0) return;
      await sleep(20);
    }
  };

  test('after SIGKILL another takes the evaluation over and the matrix is the same', async () => {
    const first = await startWorker();
    const undisturbed = await fixture.result(await fixture.request(slowRule('a')));
    const evalId = await fixture.request(slowRule('b'));
    await inTheMiddle(evalId);
    await first.kill();
    await startWorker();
    const taken = await fixture.result(evalId);
    expect(taken.status).toBe('completed');
    expect(taken.attempts).toBe(2);
    expect(counts(taken.report)).toEqual(counts(undisturbed.report));
  });

  test('on SIGTERM an evaluation that does not finish in time is left to another worker', async () => {
    const evalId = await fixture.request(slowRule('c'));
    await inTheMiddle(evalId);
    const terminated = performance.now();
    expect(await workers.at(-1)!.terminate()).toBe(0);
    expect(performance.now() - terminated).toBeLessThan(5_000);
    await startWorker();
    expect((await fixture.result(evalId)).status).toBe('completed');
  });

  test('a job that the queue lost is enqueued again', async () => {
    const { rows } = await fixture.pool.query(
      `INSERT INTO shadow.evaluations
         (eval_id, tenant_id, rule_id, rule_version, rule_hash, selection_id, dataset_id, dataset_name, dataset_version,
          total, lane, touched_at)
       SELECT gen_random_uuid(), tenant_id, rule_id, rule_version, rule_hash, selection_id, dataset_id, dataset_name,
         dataset_version, total, lane, now() - interval '1 minute'
       FROM shadow.evaluations LIMIT 1
       RETURNING eval_id`,
    );
    expect((await fixture.result(rows[0].eval_id)).status).toBe('completed');
  });

  test('a cancelled evaluation stops', async () => {
    const evalId = await fixture.request(slowRule('d'));
    await inTheMiddle(evalId);
    expect(await cancelEvaluation(fixture.pool, evalId)).toBe(true);
    const cancelled = await fixture.result(evalId);
    expect([cancelled.status, cancelled.error?.code]).toEqual(['failed', 'cancelled']);
    // Its worker goes on with the next one.
    expect((await fixture.result(await fixture.request({ type: 'signature', pattern: 'next' }))).status).toBe(
      'completed',
    );
  });
});
