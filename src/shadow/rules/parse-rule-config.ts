import type { z } from 'zod';
import { InvalidRequestError } from '../../platform/errors.ts';
import { normaliseAnomaly } from './anomaly/schema.ts';
import { normaliseComposite } from './composite/schema.ts';
import { normaliseIpList } from './ip-list/schema.ts';
import { maxFaultsReported, maxRuleDepth } from './limits.ts';
import { ParseContext } from './parse-context.ts';
import { normaliseRateLimit } from './rate-limit/schema.ts';
import type { RuleConfig, RuleType } from './rule-config.ts';
import { isRuleType, ruleSchemas, ruleTypes } from './rule-types.ts';
import { normaliseSignature } from './signature/schema.ts';

/**
 * Checks a rule as a caller wrote it and returns its normal form (RULES.md).
 *
 * @param ruleType the request's `rule_type`, which `config.type` must equal; a missing `config.type` is taken from it
 * @param location where `input` stands in the request, for the faults
 * @throws InvalidRequestError that lists the faults, each with its location and, where a name is unknown, the known ones
 *
 * @example
 * parseRuleConfig('signature', { pattern: "' OR '1'='1" });
 * // { type: 'signature', patterns: [{ literal: "' OR '1'='1" }], match: 'any', fields: ['payload', …], … }
 */
export function parseRuleConfig(
  ruleType: string | undefined,
  input: unknown,
  location = 'body.rule_config',
): RuleConfig {
  const context = new ParseContext();
  const config = parseNode(withType(ruleType, input, location, context), location, 1, context);
  const { faults } = context;
  if (config !== null && faults.length === 0) return config;
  const [first] = faults;
  throw new InvalidRequestError(
    `The rule cannot be used: ${first!.message} (at ${first!.location})` +
      (faults.length > 1 ? `, and ${faults.length - 1} more; see errors.` : '.'),
    { errors: faults.slice(0, maxFaultsReported) },
  );
}

/** The input with its type written out: `rule_type` is where a missing one comes from, and must agree otherwise. */
function withType(
  ruleType: string | undefined,
  input: unknown,
  location: string,
  context: ParseContext,
): unknown {
  if (ruleType === undefined || !isObject(input)) return input;
  if (input.type === undefined) return { ...input, type: ruleType };
  if (!isRuleType(ruleType)) {
    context.fault(location.replace(/rule_config$/, 'rule_type'), unknownType(ruleType));
  } else if (isRuleType(input.type) && input.type !== ruleType) {
    context.fault(
      `${location}.type`,
      `is ${shown(input.type)} but rule_type is ${shown(ruleType)}; give both alike`,
    );
  }
  return input;
}

function unknownType(type: unknown): string {
  const found = type === undefined ? 'the rule has no type' : `unknown rule type ${shown(type)}`;
  return `${found}; known types: ${ruleTypes.join(', ')}`;
}

function parseNode(
  input: unknown,
  location: string,
  depth: number,
  context: ParseContext,
): RuleConfig | null {
  context.count('nodes', 1, location);
  if (depth > maxRuleDepth) {
    context.fault(location, `rules may be nested ${maxRuleDepth} deep; here is one more`);
    return null;
  }
  if (!isObject(input)) {
    context.fault(location, 'a rule is an object with a "type"');
    return null;
  }
  const { type } = input;
  if (!isRuleType(type)) {
    context.fault(`${location}.type`, unknownType(type));
    return null;
  }
  return parseTyped(type, input, location, context, (child, childLocation) =>
    parseNode(child, childLocation, depth + 1, context),
  );
}

function parseTyped(
  type: RuleType,
  input: unknown,
  location: string,
  context: ParseContext,
  parseSubRule: (child: unknown, location: string) => RuleConfig | null,
): RuleConfig | null {
  const parsed = ruleSchemas[type].safeParse(input);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) noteIssue(issue, location, context);
    return null;
  }
  const rule = parsed.data;
  switch (rule.type) {
    case 'signature':
      return normaliseSignature(rule, location, context);
    case 'ip_list':
      return normaliseIpList(rule);
    case 'rate_limit':
      return normaliseRateLimit(rule, location, context);
    case 'anomaly':
      return normaliseAnomaly(rule, location, parseSubRule);
    case 'composite':
      return normaliseComposite(rule, location, parseSubRule);
  }
}

function noteIssue(issue: z.core.$ZodIssue, location: string, context: ParseContext): void {
  const place = location + pathText(issue.path);
  if (issue.code !== 'unrecognized_keys') {
    context.fault(place, issue.message);
    return;
  }
  for (const key of issue.keys) {
    context.fault(`${place}.${shown(key).slice(1, -1)}`, `unknown field ${shown(key)}; ${issue.message}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pathText(path: z.core.$ZodIssue['path']): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
}

/** A value in a message, short whatever the caller sent. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
