import { afterAll, beforeAll, expect, test } from 'vitest';
import { redisUrl } from '../support/redis.ts';
import { createEvaluationFixture, type EvaluationFixture } from './evaluation-fixture.ts';

let fixture: EvaluationFixture;
beforeAll(async () => {
  fixture = await createEvaluationFixture(redisUrl());
  // Text in which every one of the hostile rule's positions may be live at every character.
  const payload = Array.from(
    { length: 400_000 },
    (_, i) => 'ab'[(Math.imul(i, 2_654_435_761) >>> 9) & 1],
  ).join('');
  await fixture.upload('hostile', [
    { id: 'h1', payload, is_attack: true },
    { id: 'h2', payload: `b${payload}`, is_attack: true },
  ]);
  await fixture.upload(
    'd',
    Array.from({ length: 500 }, (_, i) => ({
      id: `s${i}`,
      payload: i % 2 ? 'attack' : 'x',
      is_attack: i % 2 === 1,
    })),
  );
});
afterAll(() => fixture?.close());

const hostile = (last: string) => ({
  type: 'signature',
  patterns: Array.from({ length: 900 }, (_, i) => ({ regex: `ax?[ab]{${40 + (i % 20)}}c${last}` })),
});

test('a rule that is too slow fails by name, and takes neither a thread nor another evaluation with it', async () => {
  const stop = fixture.worker(2, { batchTimeoutMs: 1_500 });
  // One for each thread, and a third behind them; what waits for a thread is not charged for the wait.
  const slow = await Promise.all(
    ['x', 'y', 'z'].map((last) =>
      fixture.request(hostile(last), { dataset: 'hostile', ruleId: `slow-${last}` }),
    ),
  );
  const others = await Promise.all(
    ['attack', 'att', 'tack', 'ack', 'ttack'].map((pattern) =>
      fixture.request({ type: 'signature', pattern }),
    ),
  );
  for (const evalId of others) {
    const { status, report } = await fixture.result(evalId);
    expect([status, report.true_positives, report.true_negatives]).toEqual(['completed', 250, 250]);
  }
  for (const [i, evalId] of slow.entries()) {
    const { status, error } = await fixture.result(evalId);
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: 'rule_too_slow' });
    expect(JSON.stringify(error)).toContain(`slow-${'xyz'[i]}`);
  }
  // Both threads have been replaced and work.
  const after = await Promise.all(
    ['atta', 'tac'].map((pattern) => fixture.request({ type: 'signature', pattern })),
  );
  for (const evalId of after) expect((await fixture.result(evalId)).status).toBe('completed');
  expect(await stop()).toBe(0);
});

test('stopping does not wait for a rule that is slow', async () => {
  const stop = fixture.worker(1);
  await fixture.request(hostile('stop'), { dataset: 'hostile', ruleId: 'stop' });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const startedAt = performance.now();
  await stop();
  expect(performance.now() - startedAt).toBeLessThan(6_000);
});
