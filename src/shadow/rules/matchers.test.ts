import { expect, test } from 'vitest';
import { matchSamples } from './match-samples.ts';
import { parseRuleConfig } from './parse-rule-config.ts';
import { type JsonSample, sampleFromJson } from './test-support/sample-from-json.ts';

const matches = (rule: unknown, samples: JsonSample[]) =>
  matchSamples(parseRuleConfig(undefined, rule), samples.map(sampleFromJson));

test('a literal is a substring, in any ASCII case unless it says otherwise', () => {
  const samples = [{ payload: 'xUNION selectx' }, { uri: 'union select' }, { payload: 'union  select' }, {}];
  expect(matches({ type: 'signature', pattern: 'Union Select' }, samples)).toEqual([0, 1]);
  expect(matches({ type: 'signature', pattern: 'union select', case_sensitive: true }, samples)).toEqual([1]);
  // U+212A, the Kelvin sign, lower-cases to k in Unicode but is not ASCII.
  expect(matches({ type: 'signature', pattern: 'k' }, [{ payload: '\u212a' }])).toEqual([]);
});

test('all: every pattern, each in some value of the sample', () => {
  const rule = { type: 'signature', patterns: ['a', 'b'], match: 'all', fields: ['payload', 'headers.*'] };
  const both: JsonSample[] = [
    { payload: 'ab' },
    { payload: 'a', headers: { x: 'b' } },
    { headers: { x: 'a', y: 'b' } },
    { payload: 'a', headers: { x: 'a' } },
    { headers: {} },
    { payload: 'b' },
  ];
  expect(matches(rule, both)).toEqual([0, 1, 2]);
});

test('an absent field matches nothing, the empty string is a value', () => {
  const rule = { type: 'signature', patterns: [{ regex: '^$' }], fields: ['payload'] };
  expect(matches(rule, [{ payload: '' }, {}])).toEqual([0]);
  expect(matches({ type: 'composite', op: 'not', rules: [rule] }, [{ payload: '' }, {}])).toEqual([1]);
});

test('a header by name in any case; a repeated one has several values', () => {
  const rule = { type: 'signature', pattern: 'b', fields: ['headers.COOKIE'] };
  const headers: [string, string][] = [
    ['Cookie', 'a'],
    ['cookie', 'b'],
  ];
  expect(matches(rule, [{ headers }, { headers: { cookies: 'b' } }])).toEqual([0]);
});

test('user_agent is the sample’s, else its header', () => {
  const rule = { type: 'signature', pattern: 'curl', fields: ['user_agent'] };
  const header = { 'User-Agent': 'curl/8' };
  expect(
    matches(rule, [{ user_agent: 'curl' }, { headers: header }, { user_agent: 'x', headers: header }]),
  ).toEqual([0, 1]);
});

test('decoding runs in the listed order, once a listing, over the whole value', () => {
  const rule = (...decode: string[]) => ({ type: 'signature', pattern: '<script', decode });
  const samples = [{ payload: '%26lt;script' }, { payload: '%253Cscript' }, { payload: 'JTNDc2NyaXB0' }];
  expect(matches(rule('url', 'html'), samples)).toEqual([0]);
  expect(matches(rule('html', 'url'), samples)).toEqual([]);
  expect(matches(rule('url', 'url'), samples)).toEqual([1]);
  expect(matches(rule('base64', 'url'), samples)).toEqual([2]);
});

test('ip_list reads source_ip, or each value of another field as one address', () => {
  const samples = [
    { source_ip: '10.1.2.3' },
    { source_ip: '::ffff:10.1.2.3' },
    { source_ip: '10.1.2.3 ' },
    { headers: { 'X-Forwarded-For': '10.1.2.3' } },
    { headers: { 'X-Forwarded-For': '10.1.2.3, 1.1.1.1' } },
  ];
  expect(matches({ type: 'ip_list', cidrs: ['10.0.0.0/8'] }, samples)).toEqual([0, 1]);
  expect(
    matches({ type: 'ip_list', cidrs: ['10.0.0.0/8'], field: 'headers.x-forwarded-for' }, samples),
  ).toEqual([3]);
});

test('a rate limit goes by time, then by arrival, and skips samples without the key', () => {
  const rule = { type: 'rate_limit', max_requests_per_minute: 2 };
  const at = (timestamp_ms: number, source_ip?: string) => ({
    timestamp_ms,
    ...(source_ip ? { source_ip } : {}),
  });
  expect(matches(rule, [at(2, 'a'), at(1, 'a'), at(1, 'a'), at(2), at(2, 'b'), at(30_001, 'a')])).toEqual([
    0,
  ]);
});

test('no sub-rule starves another: a limit counts samples that its neighbours have already decided', () => {
  const limit = { type: 'rate_limit', capacity: 1, refill_per_second: 0 };
  const never = { type: 'signature', pattern: 'zzz' };
  const always = { type: 'composite', op: 'not', rules: [never] };
  const samples = Array.from({ length: 3 }, () => ({ source_ip: 'a', payload: 'x' }));
  expect(matches({ type: 'composite', op: 'and', rules: [always, limit] }, samples)).toEqual([1, 2]);
  expect(matches({ type: 'composite', op: 'or', rules: [never, limit] }, samples)).toEqual([1, 2]);
  const scores = [
    { rule: always, score: 1 },
    { rule: limit, score: 1 },
  ];
  expect(matches({ type: 'anomaly', threshold: 2, scores }, samples)).toEqual([1, 2]);
});

test('scores may be negative, and the threshold itself is reached', () => {
  const rule = {
    type: 'anomaly',
    threshold: 2,
    scores: [
      { rule: { type: 'signature', pattern: 'a' }, score: 2 },
      { rule: { type: 'signature', pattern: 'b' }, score: -0.5 },
      { rule: { type: 'signature', pattern: 'c' }, score: 1 },
    ],
  };
  expect(matches(rule, [{ payload: 'a' }, { payload: 'ab' }, { payload: 'abc' }, { payload: 'bc' }])).toEqual(
    [0, 2],
  );
});

test('more samples than one batch holds', () => {
  const samples = Array.from({ length: 9_000 }, (_, k) => ({
    timestamp_ms: 9_000 - k,
    payload: k % 1_000 === 0 ? 'bad' : 'ok',
    source_ip: 'a',
  }));
  expect(matches({ type: 'signature', pattern: 'BAD' }, samples)).toEqual(
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map((k) => k * 1_000),
  );
  const limited = matches({ type: 'rate_limit', capacity: 8_990, refill_per_second: 0 }, samples);
  expect(limited).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
