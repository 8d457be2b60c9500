import { type AssayErrorOptions, isAssayError } from '../platform/errors.ts';
import { parseRuleConfig } from '../shadow/rules/parse-rule-config.ts';
import type { RuleConfig } from '../shadow/rules/rule-config.ts';

export interface ParseRuleTask {
  ruleType: string | undefined;
  input: unknown;
  location: string;
}

/** A refusal is data: an error loses its class and its fields on the way to another thread. */
export type ParseRuleResult =
  | { config: RuleConfig }
  | { message: string; errors: AssayErrorOptions['errors'] };

/** Entry point of the thread that checks large rules. */
export default function parseRuleThread({ ruleType, input, location }: ParseRuleTask): ParseRuleResult {
  try {
    return { config: parseRuleConfig(ruleType, input, location) };
  } catch (error) {
    if (!isAssayError(error) || error.code !== 'invalid_request') throw error;
    return { message: error.message, errors: error.errors };
  }
}
