import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ruleHash } from './canonical.ts';
import { matchSamples } from './match-samples.ts';
import { parseRuleConfig } from './parse-rule-config.ts';
import { type JsonSample, sampleFromJson } from './test-support/sample-from-json.ts';

interface VectorCase {
  rule_config: unknown;
  rule_hash: string;
  samples: JsonSample[];
  matches: number[];
}

const file = new URL('../../../../shared/vectors/rules/cases.json', import.meta.url);
const present = existsSync(file);
if (!present) console.warn('shared/vectors/rules/cases.json is not here: its test is skipped');

test.skipIf(!present)('the published rule vectors: every hash, and every sample that matches', () => {
  const cases = JSON.parse(readFileSync(file, 'utf8')) as VectorCase[];
  expect(cases).toHaveLength(120);
  for (const [k, { rule_config, rule_hash, samples, matches }] of cases.entries()) {
    const config = parseRuleConfig(undefined, rule_config);
    expect(ruleHash(config), `hash of case ${k}`).toBe(rule_hash);
    expect(matchSamples(config, samples.map(sampleFromJson)), `matches of case ${k}`).toEqual(matches);
  }
});
