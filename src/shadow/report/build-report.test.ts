import { expect, test } from 'vitest';
import type { Sample } from '../batch/sample.ts';
import { packed, sample } from '../batch/test-support/samples.ts';
import type { RuleConfig, SignatureConfig } from '../rules/rule-config.ts';
import { buildReport } from './build-report.ts';
import { emptyTally, tallyBatch } from './tally.ts';

const signature: SignatureConfig = {
  type: 'signature',
  patterns: [{ literal: 'x' }],
  match: 'any',
  fields: ['payload', 'uri', 'user_agent'],
  decode: [],
  case_sensitive: false,
};

function reportOn(
  rows: readonly { sample: Partial<Sample>; hit: boolean; baseline?: boolean }[],
  rule: RuleConfig = signature,
) {
  const view = packed(rows.map((row) => sample(row.sample)));
  const hits = Uint8Array.from(rows, (row) => Number(row.hit));
  const baseline = rows.some((row) => row.baseline !== undefined)
    ? Uint8Array.from(rows, (row) => Number(row.baseline ?? false))
    : null;
  const tally = tallyBatch(view, hits, baseline, null, null, 0);
  return buildReport(tally, {
    rule,
    baseline: baseline === null ? null : { hash: 'sha256:00' },
    comparedVersions: 1,
    executionTimeMs: 7,
  });
}

const times = <T>(n: number, make: (k: number) => T): T[] => Array.from({ length: n }, (_, k) => make(k));
const codes = (report: { recommendations: { code: string }[] }) =>
  report.recommendations.map(({ code }) => code);
const message = (report: { recommendations: { code: string; message: string }[] }, code: string) =>
  report.recommendations.find((one) => one.code === code)?.message;

test('the figures of API.md, as JSON', () => {
  const report = reportOn([
    ...times(90, (k) => ({ sample: { isAttack: true, attackType: 'sqli', id: `a${k}` }, hit: true })),
    ...times(10, (k) => ({ sample: { isAttack: true, attackType: 'xss', id: `m${k}` }, hit: false })),
    ...times(5, (k) => ({ sample: { id: `f${k}` }, hit: true })),
    ...times(895, () => ({ sample: {}, hit: false })),
  ]);
  expect(report).toMatchObject({
    true_positives: 90,
    false_positives: 5,
    true_negatives: 895,
    false_negatives: 10,
    recall: 0.9,
    distinct: { attacks: 100, benign: 900 },
    duplicates: 0,
    comparison: null,
    execution_time_ms: 7,
    by_attack_type: {
      sqli: { total: 90, detected: 90, recall: 1 },
      xss: { total: 10, detected: 0, recall: 0 },
    },
    examples: { false_positives: ['f0', 'f1', 'f2', 'f3', 'f4'] },
  });
  expect(report.intervals.recall![0]).toBeCloseTo(0.8256, 4);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('an attack type is only a key, whatever its name', () => {
  const report = reportOn([
    { sample: { isAttack: true, attackType: '__proto__' }, hit: true },
    { sample: { isAttack: true, attackType: 'constructor' }, hit: false },
    { sample: { isAttack: true }, hit: false },
    { sample: { isAttack: true, attackType: 'unspecified' }, hit: true },
  ]);
  const read = JSON.parse(JSON.stringify(report)).by_attack_type as Record<string, { total: number }>;
  expect(Object.keys(read).sort()).toEqual(['__proto__', 'constructor', 'unspecified']);
  expect(Object.entries(read).find(([type]) => type === '__proto__')![1].total).toBe(1);
  expect(read.unspecified!.total).toBe(2);
});

test('a comparison gives the evidence on each label and a verdict', () => {
  const report = reportOn([
    ...times(60, () => ({ sample: { isAttack: true }, hit: true, baseline: false })),
    ...times(40, () => ({ sample: { isAttack: true }, hit: true, baseline: true })),
    ...times(2_000, () => ({ sample: {}, hit: false, baseline: false })),
  ]);
  expect(report.comparison).toMatchObject({
    baseline: { rule_hash: 'sha256:00', true_positives: 40, false_negatives: 60, recall: 0.4 },
    attacks: { only_challenger: 60, only_baseline: 0, both_right: 40, neither: 0, conclusive: true },
    benign: { only_challenger: 0, only_baseline: 0, both_right: 2_000, log_e: 0, conclusive: false },
    threshold: 20,
    margin: 0.005,
    verdict: 'better',
  });
  expect(codes(report)).toContain('better_than_baseline');
});

test('an e-value too large for a double is null beside its logarithm', () => {
  const tally = emptyTally();
  const pairs = { bothRight: 0, onlyChallenger: 5_000, onlyBaseline: 0, neither: 0 };
  tally.matrix.truePositives = 5_000;
  tally.baseline = {
    matrix: { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 5_000 },
    attacks: pairs,
    benign: { ...pairs, onlyChallenger: 0 },
  };
  const meta = { rule: signature, baseline: { hash: 'sha256:00' }, comparedVersions: 1, executionTimeMs: 0 };
  const { attacks } = buildReport(tally, meta).comparison!;
  expect(attacks.e_value).toBeNull();
  expect(attacks.log_e).toBeCloseTo(5_000 * Math.LN2 + Math.LN2 - Math.log(5_001), 8);
});

test('nothing is said of a good rule on enough samples', () => {
  const report = reportOn([
    ...times(500, (k) => ({ sample: { isAttack: true, attackType: 'sqli', payload: `u${k}` }, hit: true })),
    ...times(1_500, () => ({ sample: { payload: 'hello' }, hit: false })),
  ]);
  expect(report.recommendations).toEqual([]);
});

test('one-sided labels and rules that match nothing or everything are named', () => {
  expect(codes(reportOn([{ sample: {}, hit: true }]))).toEqual(
    expect.arrayContaining(['one_sided_labels', 'everything_matched', 'too_few_samples']),
  );
  const nothing = reportOn([{ sample: { isAttack: true }, hit: false }]);
  expect(codes(nothing)).toEqual(
    expect.arrayContaining(['one_sided_labels', 'nothing_matched', 'low_recall']),
  );
  expect(message(nothing, 'one_sided_labels')).toMatch(/^None of the 1 samples is labelled benign/);
});

test('missed attacks in a disguise the rule does not undo', () => {
  const missed = times(8, () => ({ sample: { isAttack: true, payload: '%3Cscript%3E' }, hit: false }));
  const plain = times(4, () => ({ sample: { isAttack: true, payload: '<script>' }, hit: false }));
  expect(message(reportOn([...missed, ...plain]), 'decode_missing')).toBe(
    '8 of 12 missed attacks examined hold URL encoding (%XX) in payload, which the rule does not undo: try decode "url".',
  );
  expect(codes(reportOn([...missed, ...plain], { ...signature, decode: ['url'] }))).not.toContain(
    'decode_missing',
  );
});

test('missed attacks in fields the rule does not read', () => {
  const rows = times(6, () => ({ sample: { isAttack: true, uri: '/?q=%27' }, hit: false }));
  const report = reportOn(rows, { ...signature, fields: ['payload'] });
  expect(message(report, 'fields_not_read')).toMatch(
    /^6 of 6 missed attacks examined have no value in payload/,
  );
});

test('an attack type that is missed', () => {
  const report = reportOn([
    ...times(30, () => ({ sample: { isAttack: true, attackType: 'xss' }, hit: false })),
    ...times(30, () => ({ sample: { isAttack: true, attackType: 'sqli' }, hit: true })),
  ]);
  expect(message(report, 'low_recall_for_type')).toMatch(/: xss \(0 of 30, 0\.0 %\)\./);
});

test('false positives with a mark and a path in common', () => {
  const report = reportOn([
    ...times(10, () => ({ sample: { payload: "O'Reilly", uri: '/authors?q=1' }, hit: true })),
    ...times(90, () => ({ sample: { payload: 'Miller', uri: '/home' }, hit: false })),
  ]);
  expect(message(report, 'false_positives_share_a_mark')).toMatch(
    /^100\.0 % of 10 false positives examined hold a single quote in payload, against 0\.0 %/,
  );
  expect(message(report, 'false_positives_share_a_path')).toMatch(/^10 of the first 10 .* to \/authors/);
});

test('a path that all traffic shares explains nothing', () => {
  const report = reportOn([
    ...times(10, () => ({ sample: { uri: '/search?q=1' }, hit: true })),
    ...times(90, () => ({ sample: { uri: '/search?q=2' }, hit: false })),
  ]);
  expect(codes(report)).not.toContain('false_positives_share_a_path');
});

test('a rate limit on samples without times or addresses', () => {
  const limit: RuleConfig = { type: 'rate_limit', key: 'source_ip', capacity: 5, refill_per_second: 1 };
  const report = reportOn(
    times(200, (k) => ({ sample: { at: 1e12 + k }, hit: false })),
    limit,
  );
  expect(message(report, 'samples_without_address')).toContain('200 of the 200 samples');
  expect(message(report, 'samples_without_times')).toContain('within 0.2 s');
});

test('too few samples to be sure is told apart from a poor rule', () => {
  const report = reportOn([
    ...times(9, () => ({ sample: { isAttack: true }, hit: true })),
    { sample: { isAttack: true }, hit: false },
    ...times(5, () => ({ sample: {}, hit: true })),
    ...times(5, () => ({ sample: {}, hit: false })),
  ]);
  expect(codes(report)).toEqual(
    expect.arrayContaining(['too_few_samples', 'low_precision', 'recall_interval_too_wide']),
  );
});
