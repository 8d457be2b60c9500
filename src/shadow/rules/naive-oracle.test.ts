import { expect, test } from 'vitest';
import { matchSamples } from './match-samples.ts';
import { parseRuleConfig } from './parse-rule-config.ts';
import { naiveMatches } from './test-support/naive-oracle.ts';
import { randomRule, randomSamples } from './test-support/random-rule.ts';
import { sampleFromJson } from './test-support/sample-from-json.ts';
import { Seeded } from './test-support/seeded.ts';

// Another seed each run; to repeat one, write the number from the failing test's name here.
const seed = Date.now() % 1_000_000_000;

test(`random rules match what a naive reading of the rules matches (seed ${seed})`, () => {
  let mixed = 0;
  for (let round = 0; round < 400; round++) {
    const random = new Seeded(seed + round);
    const rule = randomRule(random, 1 + random.below(4));
    const samples = randomSamples(random, 1 + random.below(60)).map(sampleFromJson);
    const config = parseRuleConfig(undefined, rule);
    const matches = matchSamples(config, samples);
    expect(matches, `seed ${seed}, round ${round}: ${JSON.stringify(rule)}`).toEqual(
      naiveMatches(config, samples),
    );
    if (matches.length > 0 && matches.length < samples.length) mixed++;
  }
  // Agreement would mean little if rules matched nothing or everything; about half of them do.
  expect(mixed).toBeGreaterThan(100);
});
