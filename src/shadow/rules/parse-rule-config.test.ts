import { expect, test } from 'vitest';
import { isAssayError } from '../../platform/errors.ts';
import { canonicalRule, ruleHash } from './canonical.ts';
import { parseRuleConfig } from './parse-rule-config.ts';

/** The faults a rule is refused with, as `location: message`. */
function faults(input: unknown, ruleType?: string): string[] {
  try {
    parseRuleConfig(ruleType, input, 'rule_config');
  } catch (error) {
    if (!isAssayError(error)) throw error;
    expect([error.status, error.code]).toEqual([400, 'invalid_request']);
    return error.errors.map(({ location, message }) => `${location}: ${message}`);
  }
  throw new Error(`accepted ${JSON.stringify(input)}`);
}

const nested = (depth: number): unknown =>
  depth === 1
    ? { type: 'ip_list', cidrs: ['::/0'] }
    : { type: 'composite', op: 'not', rules: [nested(depth - 1)] };

test('the short form: type from rule_type, one pattern, every default written out', () => {
  expect(parseRuleConfig('signature', { pattern: "' OR '1'='1" })).toEqual({
    type: 'signature',
    patterns: [{ literal: "' OR '1'='1" }],
    match: 'any',
    fields: ['payload', 'uri', 'user_agent'],
    decode: [],
    case_sensitive: false,
  });
  expect(parseRuleConfig('rate_limit', { max_requests_per_minute: 100 })).toEqual({
    type: 'rate_limit',
    key: 'source_ip',
    capacity: 100,
    refill_per_second: 100 / 60,
  });
});

test('different ways to write a rule have one canonical text and hash', () => {
  const long = {
    case_sensitive: false,
    patterns: [{ literal: 'x' }, { flags: 'is', regex: 'a' }],
    fields: ['payload', 'uri', 'user_agent'],
    type: 'signature',
  };
  const short = { patterns: ['x', { regex: 'a', flags: 'si' }] };
  const config = parseRuleConfig('signature', short);
  expect(canonicalRule(config)).toBe(
    '{"case_sensitive":false,"decode":[],"fields":["payload","uri","user_agent"],"match":"any",' +
      '"patterns":[{"literal":"x"},{"flags":"is","regex":"a"}],"type":"signature"}',
  );
  expect(ruleHash(parseRuleConfig(undefined, long))).toBe(ruleHash(config));
  expect(ruleHash(parseRuleConfig(undefined, config))).toBe(ruleHash(config));
});

test('what the hash keeps as it was written: order, repeats, the case of a header name, CIDR spelling', () => {
  const hash = (input: Record<string, unknown>) =>
    ruleHash(parseRuleConfig('signature', { pattern: 'x', ...input }));
  expect(hash({ fields: ['uri', 'payload'] })).not.toBe(hash({ fields: ['payload', 'uri'] }));
  expect(hash({ fields: ['uri', 'uri'] })).not.toBe(hash({ fields: ['uri'] }));
  expect(hash({ fields: ['headers.Cookie'] })).not.toBe(hash({ fields: ['headers.cookie'] }));
  const list = (cidr: string) => ruleHash(parseRuleConfig('ip_list', { cidrs: [cidr] }));
  expect(list('10.0.0.1/8')).not.toBe(list('10.0.0.0/8'));
});

test.each([
  [
    { type: 'regex' },
    'rule_config.type: unknown rule type "regex"; known types: signature, ip_list, rate_limit, anomaly, composite',
  ],
  [{}, 'rule_config.type: the rule has no type; known types: signature'],
  [{ type: 'toString' }, 'rule_config.type: unknown rule type "toString"'],
  [[], 'rule_config: a rule is an object with a "type"'],
  [null, 'rule_config: a rule is an object'],
  ['signature', 'rule_config: a rule is an object'],
  [
    { type: 'signature', pattern: 'x', score: 1 },
    'rule_config.score: unknown field "score"; known fields of a signature rule: type, pattern, patterns, match, fields, decode, case_sensitive',
  ],
  [
    JSON.parse('{"type":"signature","pattern":"x","__proto__":{"match":"all"}}'),
    'rule_config.__proto__: unknown field "__proto__"',
  ],
  [
    JSON.parse(
      '{"type":"anomaly","threshold":1,"scores":[{"rule":{"type":"signature","pattern":"x"},"score":1,"__proto__":{}}]}',
    ),
    'rule_config.scores[0].__proto__: unknown field "__proto__"; known fields of a score: rule, score',
  ],
  [{ type: 'signature', pattern: 'x', patterns: ['y'] }, 'rule_config: give exactly one of "pattern"'],
  [{ type: 'signature' }, 'rule_config: give exactly one of "pattern"'],
  [{ type: 'signature', patterns: [] }, 'rule_config.patterns: '],
  [
    { type: 'signature', patterns: [''] },
    'rule_config.patterns[0]: an empty pattern would match every value',
  ],
  [{ type: 'signature', patterns: ['x', { foo: 1 }] }, 'rule_config.patterns[1]: a pattern is a string'],
  [
    { type: 'signature', patterns: ['x', { regex: 'a', flags: 'g' }] },
    'rule_config.patterns[1].flags: unknown or repeated flag in "g"; known flags: i, s, m, u',
  ],
  [
    { type: 'signature', patterns: [{ regex: 'a', flags: 'ii' }] },
    'rule_config.patterns[0].flags: unknown or repeated flag',
  ],
  [{ type: 'signature', patterns: ['\ud800'] }, 'rule_config.patterns[0]: holds half of a surrogate pair'],
  [{ type: 'signature', pattern: 'x', fields: [] }, 'rule_config.fields: '],
  [
    { type: 'signature', pattern: 'x', fields: ['payload', 'body'] },
    'rule_config.fields[1]: unknown field "body"; known fields: payload, uri, user_agent, method, headers.*, headers.<name>',
  ],
  [
    { type: 'signature', pattern: 'x', fields: ['source_ip'] },
    'rule_config.fields[0]: unknown field "source_ip"',
  ],
  [
    { type: 'signature', pattern: 'x', fields: ['headers.'] },
    'rule_config.fields[0]: unknown field "headers."',
  ],
  [
    { type: 'signature', pattern: 'x', fields: ['headers.<name>', 'headers.a b'] },
    'rule_config.fields[1]: unknown field "headers.a b"',
  ],
  [{ type: 'signature', pattern: 'x', decode: ['rot13'] }, 'rule_config.decode[0]: '],
  [{ type: 'signature', pattern: 'x', case_sensitive: 'yes' }, 'rule_config.case_sensitive: '],
  [{ type: 'ip_list', cidrs: [] }, 'rule_config.cidrs: '],
  [
    { type: 'ip_list', cidrs: ['10.0.0.0/8', '300.0.0.0/8'] },
    'rule_config.cidrs[1]: malformed CIDR "300.0.0.0/8"',
  ],
  [
    { type: 'ip_list', cidrs: ['::/0'], field: 'ip' },
    'rule_config.field: unknown field "ip"; known fields: source_ip',
  ],
  [{ type: 'rate_limit' }, 'rule_config: give either "max_requests_per_minute" or both'],
  [{ type: 'rate_limit', capacity: 1 }, 'rule_config: give either'],
  [
    { type: 'rate_limit', max_requests_per_minute: 1, capacity: 1, refill_per_second: 1 },
    'rule_config: give either',
  ],
  [{ type: 'rate_limit', max_requests_per_minute: 0 }, 'rule_config.max_requests_per_minute: '],
  [
    { type: 'rate_limit', capacity: Number.POSITIVE_INFINITY, refill_per_second: 1 },
    'rule_config.capacity: ',
  ],
  [{ type: 'rate_limit', capacity: 1, refill_per_second: -1 }, 'rule_config.refill_per_second: '],
  [{ type: 'rate_limit', capacity: '1', refill_per_second: 1 }, 'rule_config.capacity: '],
  [
    { type: 'rate_limit', max_requests_per_minute: 1, key: 'headers.*' },
    'rule_config.key: unknown field "headers.*"',
  ],
  [{ type: 'anomaly', threshold: 1, scores: [] }, 'rule_config.scores: '],
  [{ type: 'anomaly', threshold: Number.NaN, scores: [] }, 'rule_config.threshold: '],
  [
    {
      type: 'anomaly',
      threshold: 1,
      scores: [{ rule: { type: 'signature', pattern: 'x', foo: 1 }, score: 1 }],
    },
    'rule_config.scores[0].rule.foo: unknown field "foo"',
  ],
  [{ type: 'composite', op: 'xor', rules: [nested(1)] }, 'rule_config.op: '],
  [{ type: 'composite', op: 'and', rules: [] }, 'rule_config.rules: '],
  [
    { type: 'composite', op: 'not', rules: [nested(1), nested(1)] },
    'rule_config.rules: takes exactly one rule when "op" is "not"',
  ],
  [
    { type: 'composite', op: 'or', rules: [nested(1), { type: 'x' }] },
    'rule_config.rules[1].type: unknown rule type "x"',
  ],
])('%j is refused, and where and why is said', (input, fault) => {
  expect(faults(input)[0]).toContain(fault);
});

test('rule_type and the type of the configuration must agree', () => {
  expect(faults({ type: 'signature', pattern: 'x' }, 'ip_list')).toEqual([
    'rule_config.type: is "signature" but rule_type is "ip_list"; give both alike',
  ]);
  expect(faults({ type: 'signature', pattern: 'x' }, 'waf')[0]).toContain(
    'rule_type: unknown rule type "waf"; known types: ',
  );
  expect(faults({ pattern: 'x' }, 'waf')[0]).toContain('unknown rule type "waf"');
});

test('all faults are listed at once', () => {
  const rule = { type: 'signature', pattern: 'x', fields: ['a'], decode: ['b'] };
  expect(faults({ type: 'composite', op: 'or', rules: [rule, { type: 'nope' }] })).toHaveLength(3);
});

test('a regular expression that cannot be run is refused by its place in the rule', () => {
  const refused = { type: 'signature', patterns: ['x', { regex: '(' }] };
  expect(faults({ type: 'composite', op: 'not', rules: [refused] })[0]).toContain(
    'rule_config.rules[0].patterns[1]: ',
  );
});

test('bounds over the whole rule: depth, patterns, rate limits, sub-rules', () => {
  expect(parseRuleConfig(undefined, nested(8)).type).toBe('composite');
  expect(faults(nested(9))[0]).toContain('rules may be nested 8 deep');
  // Deep enough to exhaust the stack of anything that would recurse without a bound.
  let deep: unknown = nested(1);
  for (let k = 0; k < 50_000; k++) deep = { type: 'composite', op: 'not', rules: [deep] };
  expect(faults(deep)[0]).toContain('rules may be nested 8 deep');

  const patterns = (count: number) => ({
    type: 'signature',
    patterns: Array.from({ length: count }, (_, k) => `p${k}`),
  });
  const or = (rules: unknown[]) => ({ type: 'composite', op: 'or', rules });
  expect(parseRuleConfig(undefined, or([patterns(400), patterns(600)])).type).toBe('composite');
  expect(faults(or([patterns(400), patterns(601)]))[0]).toContain('at most 1000 patterns');
  const letters = { type: 'signature', patterns: [{ regex: 'a{20000}' }] };
  expect(faults(or(Array.from({ length: 900 }, () => letters)))[0]).toContain(
    'at most 65535 characters of patterns',
  );
  const limit = { type: 'rate_limit', max_requests_per_minute: 1 };
  expect(faults(or(Array.from({ length: 65 }, () => limit)))[0]).toContain('at most 64 rate limits');
  expect(faults(or(Array.from({ length: 1_000 }, () => nested(1))))[0]).toContain('at most 1000 rules');
});
