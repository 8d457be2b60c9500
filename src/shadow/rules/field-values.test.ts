import { expect, test } from 'vitest';
import { BatchView } from '../batch/batch-view.ts';
import { BatchWriter } from '../batch/batch-writer.ts';
import { compileRule } from './compile-rule.ts';
import { type FieldValues, fieldValues } from './field-values.ts';
import { parseRuleConfig } from './parse-rule-config.ts';
import { type JsonSample, sampleFromJson } from './test-support/sample-from-json.ts';

function batch(samples: JsonSample[]): BatchView {
  const writer = new BatchWriter();
  for (const sample of samples) writer.append(sampleFromJson(sample));
  return new BatchView(writer.finish());
}

const listed = ({ count, sample, start, end, bytes }: FieldValues) =>
  Array.from({ length: count }, (_, v) => [sample[v], bytes.toString('utf8', start[v]!, end[v]!)]);

test('values come with their samples; absent ones are left out, empty ones are not', () => {
  const view = batch([{ payload: 'é' }, {}, { payload: '' }, { payload: 'z', uri: '/' }]);
  expect(listed(fieldValues(view, 'payload', []))).toEqual([
    [0, 'é'],
    [2, ''],
    [3, 'z'],
  ]);
  expect(listed(fieldValues(view, 'source_ip', []))).toEqual([]);
  const full = batch([{ uri: '/a' }, { uri: '' }]);
  expect(listed(fieldValues(full, 'uri', []))).toEqual([
    [0, '/a'],
    [1, ''],
  ]);
});

test('headers by name, and all of them, a repeated one as several values', () => {
  const headers: [string, string][] = [
    ['Cookie', 'a'],
    ['Host', 'h'],
    ['cookie', 'b'],
  ];
  const view = batch([{ headers: {} }, { headers }, { headers: { cook: 'c' } }]);
  expect(listed(fieldValues(view, 'headers.COOKIE', []))).toEqual([
    [1, 'a'],
    [1, 'b'],
  ]);
  expect(listed(fieldValues(view, 'headers.*', []))).toEqual([
    [1, 'a'],
    [1, 'h'],
    [1, 'b'],
    [2, 'c'],
  ]);
});

test('decoding leaves the batch as it is, and is done once for all who ask', () => {
  const view = batch([{ payload: '%41' }, { payload: 'b+c' }]);
  const decoded = fieldValues(view, 'payload', ['url']);
  expect(listed(decoded)).toEqual([
    [0, 'A'],
    [1, 'b c'],
  ]);
  expect(listed(fieldValues(view, 'payload', []))).toEqual([
    [0, '%41'],
    [1, 'b+c'],
  ]);
  expect(view.text('payload', 0)).toBe('%41');
  expect(fieldValues(view, 'payload', ['url'])).toBe(decoded);
  expect(fieldValues(view, 'payload', ['url', 'url'])).not.toBe(decoded);
  expect(fieldValues(view, 'headers.A', ['url'])).toBe(fieldValues(view, 'headers.a', ['url']));
});

test('a rule lists its rate limits in pre-order, reads their keys, and asks for one bitmap each', () => {
  const limit = (key: string, capacity: number) => ({
    type: 'rate_limit',
    key,
    capacity,
    refill_per_second: 1,
  });
  const rule = compileRule(
    parseRuleConfig('anomaly', {
      threshold: 1,
      scores: [
        {
          rule: { type: 'composite', op: 'or', rules: [limit('uri', 1), limit('headers.X-Key', 2)] },
          score: 1,
        },
        { rule: limit('source_ip', 3), score: 1 },
      ],
    }),
  );
  expect(rule.rateLimits.map(({ key, capacity }) => [key, capacity])).toEqual([
    ['uri', 1],
    ['headers.X-Key', 2],
    ['source_ip', 3],
  ]);
  const headers: [string, string][] = [
    ['x-key', 'a'],
    ['X-Key', 'b'],
  ];
  const view = batch([{ uri: '' }, { headers }, { source_ip: '::1' }]);
  expect(rule.rateLimits.map((leaf) => [0, 1, 2].map((i) => leaf.keyOf(view, i)))).toEqual([
    ['', null, null],
    [null, 'a, b', null],
    [null, null, '::1'],
  ]);
  const bits = [Uint8Array.of(1, 0, 0), Uint8Array.of(0, 0, 0), Uint8Array.of(0, 0, 1)];
  expect([...rule.matchBatch(view, bits)]).toEqual([1, 0, 1]);
  expect(() => rule.matchBatch(view, [])).toThrow('the bits of 3 rate limits, got 0');
});
