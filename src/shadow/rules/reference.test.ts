import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeStepNames } from './decode/decode-steps.ts';
import { addressFields, keyFields, signatureFields } from './fields.ts';
import * as limits from './limits.ts';
import { parseRuleConfig } from './parse-rule-config.ts';
import { ruleSchemas, ruleTypes } from './rule-types.ts';

const reference = readFileSync(new URL('../../../docs/reference/rules.md', import.meta.url), 'utf8');

test.each(ruleTypes)('docs/reference/rules.md has a section on %s that names all its keys', (type) => {
  const section = reference.split(/^## /m).find((part) => part.startsWith(`${type}\n`));
  for (const key of Object.keys(ruleSchemas[type].shape)) {
    if (key !== 'type') expect(section).toContain(`\`${key}\``);
  }
});

test('it names every field, every decode step and every bound', () => {
  for (const name of [...signatureFields, ...addressFields, ...keyFields, ...decodeStepNames]) {
    expect(reference).toContain(`\`${name}\``);
  }
  for (const [name, value] of Object.entries(limits)) {
    if (name !== 'maxFaultsReported' && name !== 'maxHeaderNameLength') {
      expect(reference, name).toContain(value.toLocaleString('en'));
    }
  }
});

test('its examples are rules', () => {
  const blocks = [...reference.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text!);
  // A block holds one rule over several lines, or one on each line.
  const examples = blocks.flatMap((text) => (text.startsWith('{\n') ? [text] : text.trim().split('\n')));
  expect(examples).toHaveLength(7);
  for (const example of examples) {
    const rule = JSON.parse(example) as { rule_type?: string; rule_config?: unknown };
    expect(() => parseRuleConfig(rule.rule_type, rule.rule_config ?? rule)).not.toThrow();
  }
});
