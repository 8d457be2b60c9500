import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchSamples } from '../../src/shadow/rules/match-samples.ts';
import { parseRuleConfig } from '../../src/shadow/rules/parse-rule-config.ts';
import { readSample } from '../../src/shadow/samples/read-sample.ts';
import { redisUrl } from '../support/redis.ts';
import { createEvaluationFixture, type EvaluationFixture, type Report } from './evaluation-fixture.ts';

/** 9,000 requests in two uploads, times out of order within and across them, every eighth repeated. */
function traffic(seed: number, count: number): { [field: string]: unknown; is_attack: boolean }[] {
  let state = seed;
  const next = (n: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
  const payloads = ['hello', "' OR '1'='1", 'union select x', '<script>', 'a=1', 'É', '%27', ''];
  return Array.from({ length: count }, (_, i) => {
    const payload = payloads[next(payloads.length)]!;
    return {
      id: `${seed}-${i}`,
      timestamp: 1_767_225_600_000 + next(600_000),
      source_ip: `198.51.100.${next(20)}`,
      uri: `/p?q=${next(3)}`,
      headers: { 'X-Team': `t${next(4)}` },
      payload,
      is_attack: /['<]|union/.test(payload) !== (next(50) === 0),
      attack_type: next(2) === 0 ? 'sqli' : null,
    };
  });
}

const first = traffic(1, 6_000);
const second = [...traffic(2, 2_600), ...first.slice(0, 400)];
const everything = [...first, ...second];

/** The plain count: the rule's own semantics on samples in memory, no batches, threads or database. */
function recount(rule: object, selected = everything) {
  const samples = selected.map((line) =>
    readSample(line, { isAttack: null, attackType: null, arrivedAt: 0 }),
  );
  const matching = new Set(matchSamples(parseRuleConfig(undefined, rule), samples));
  const order = samples.map((_, i) => i).sort((a, b) => samples[a]!.at - samples[b]!.at || a - b);
  const ids = (wanted: (attack: boolean, matched: boolean) => boolean) =>
    order.filter((i) => wanted(samples[i]!.isAttack, matching.has(i))).map((i) => samples[i]!.id!);
  const [tp, fp, tn, fn] = [
    ids((attack, matched) => attack && matched),
    ids((attack, matched) => !attack && matched),
    ids((attack, matched) => !attack && !matched),
    ids((attack, matched) => attack && !matched),
  ];
  return {
    true_positives: tp.length,
    false_positives: fp.length,
    true_negatives: tn.length,
    false_negatives: fn.length,
    examples: { false_positives: fp.slice(0, 20), false_negatives: fn.slice(0, 20) },
  };
}

const matrixOf = (report: Report) => ({
  true_positives: report.true_positives,
  false_positives: report.false_positives,
  true_negatives: report.true_negatives,
  false_negatives: report.false_negatives,
  examples: report.examples,
});

const signature = { type: 'signature', patterns: ["' or '", { regex: 'union\\s+select', flags: 'i' }] };
const limited = {
  type: 'composite',
  op: 'and',
  rules: [
    { type: 'rate_limit', key: 'source_ip', max_requests_per_minute: 30 },
    {
      type: 'composite',
      op: 'not',
      rules: [{ type: 'rate_limit', key: 'headers.x-team', capacity: 40, refill_per_second: 2 }],
    },
  ],
};

describe.each(['postgresql', 'redis'] as const)('evaluations with jobs on %s', (store) => {
  const redis = store === 'redis' ? redisUrl() : undefined;
  if (store === 'redis' && redis === undefined) {
    test.skip('no redis-server could be had', () => {});
    return;
  }
  let fixture: EvaluationFixture;
  let stopFirst: () => Promise<number>;
  beforeAll(async () => {
    fixture = await createEvaluationFixture(redis);
    await fixture.upload('d', first);
    await fixture.upload('d', second);
    stopFirst = fixture.worker(2);
  });
  afterAll(() => fixture?.close());

  test('a signature counts what a plain loop counts', async () => {
    const { report, status } = await fixture.result(await fixture.request(signature));
    expect(status).toBe('completed');
    expect(matrixOf(report)).toEqual(recount(signature));
  });

  test('rate limits under two keys answer as one pass in order does, at 1, 2 and 8 threads', async () => {
    const expected = recount(limited);
    expect(expected.true_positives + expected.false_positives).toBeGreaterThan(100);
    await stopFirst();
    for (const threads of [1, 8, 2]) {
      const stop = fixture.worker(threads);
      // Another rule of the same meaning each time, or the answer would come from the cache.
      const rule = { type: 'composite', op: 'or', rules: Array.from({ length: threads }, () => limited) };
      const { report } = await fixture.result(await fixture.request(rule));
      expect(matrixOf(report), `${threads} threads`).toEqual(expected);
      if (threads !== 2) await stop();
    }
  });

  test('the most recent N by time and ordinal, and a time window', async () => {
    const byTime = everything
      .map((line, i) => ({ line, i, at: line.timestamp as number }))
      .sort((a, b) => a.at - b.at || a.i - b.i);
    const recent = byTime
      .slice(-2_500)
      .sort((a, b) => a.i - b.i)
      .map(({ line }) => line);
    const cut = await fixture.result(await fixture.request(limited, { sampleSize: 2_500 }));
    expect(matrixOf(cut.report)).toEqual(recount(limited, recent));

    const [from, to] = [1_767_225_700_000, 1_767_225_900_000];
    const inWindow = everything.filter(
      ({ timestamp }) => (timestamp as number) >= from && (timestamp as number) < to,
    );
    const windowed = await fixture.result(
      await fixture.request(signature, { windowFrom: from, windowTo: to }),
    );
    expect(matrixOf(windowed.report)).toEqual(recount(signature, inWindow));

    const both = await fixture.result(
      await fixture.request(signature, { windowFrom: from, windowTo: to, sampleSize: 50 }),
    );
    expect(both.total).toBe(50);
  });

  test('against a baseline, distinct requests count once', async () => {
    const baselineRule = { type: 'signature', pattern: '<script>' };
    const { report } = await fixture.result(await fixture.request(signature, { baselineRule }));
    const seen = new Set<string>();
    const distinct = everything
      .map((line, i) => ({ line, i }))
      .sort((a, b) => (a.line.timestamp as number) - (b.line.timestamp as number) || a.i - b.i)
      .filter(({ line: { id: _, timestamp: __, attack_type: ___, ...content } }) => {
        const text = JSON.stringify(content);
        return seen.size < seen.add(text).size;
      })
      .map(({ line }) => line);
    const counts = { attacks: [0, 0], benign: [0, 0] };
    for (const { payload, is_attack } of distinct) {
      const challenger = /' or '|union\s+select/i.test(String(payload)) === is_attack;
      const baseline = String(payload).includes('<script>') === is_attack;
      if (challenger && !baseline) counts[is_attack ? 'attacks' : 'benign'][0]!++;
      if (!challenger && baseline) counts[is_attack ? 'attacks' : 'benign'][1]!++;
    }
    const { attacks, benign } = report.comparison!;
    expect([attacks.only_challenger, attacks.only_baseline]).toEqual(counts.attacks);
    expect([benign.only_challenger, benign.only_baseline]).toEqual(counts.benign);
    expect(counts.attacks[0]! + counts.attacks[1]!).toBeGreaterThan(50);
  });

  test('the same evaluation again within 15 minutes comes from the cache', async () => {
    const rule = { type: 'signature', pattern: 'only-once' };
    const one = await fixture.result(await fixture.request(rule));
    // Only a copy of the stored result can carry this mark; computing it again would not.
    await fixture.judgePool.query(
      `UPDATE shadow.evaluations SET result = (result::jsonb || '{"mark": 1}')::json WHERE eval_id = $1`,
      [one.evalId],
    );
    const two = await fixture.result(await fixture.request(rule));
    expect(two.report).toEqual({ ...one.report, mark: 1 });
    await fixture.upload('other', first.slice(0, 10));
    const other = await fixture.result(await fixture.request(rule, { dataset: 'other' }));
    expect(other.total).toBe(10);
  });

  test('a hundred evaluations posted at once all complete', async () => {
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, i) =>
        fixture.request({ type: 'signature', pattern: `x${i}` }, { sampleSize: 10 + i }),
      ),
    );
    const results = await Promise.all(ids.map((id) => fixture.result(id)));
    expect(results.map(({ status, done }) => [status, done])).toEqual(
      ids.map((_, i) => ['completed', 10 + i]),
    );
  });
});
