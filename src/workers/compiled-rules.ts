import { type CompiledRule, compileRule } from '../shadow/rules/compile-rule.ts';
import type { RuleConfig } from '../shadow/rules/rule-config.ts';

/** Rules a thread keeps compiled; several evaluations with a baseline each interleave on one thread. */
const compiledRulesMax = 32;

const compiled = new Map<string, CompiledRule>();

/** A rule on its way to a thread: the canonical text of its normal form, and the hash that names it. */
export interface RuleText {
  hash: string;
  canonical: string;
}

/** Compiles a rule once for each thread; the least recently used one is forgotten first. */
export function compiledRule(rule: RuleText): CompiledRule {
  let found = compiled.get(rule.hash);
  if (found === undefined) {
    found = compileRule(JSON.parse(rule.canonical) as RuleConfig);
    if (compiled.size >= compiledRulesMax) compiled.delete(compiled.keys().next().value!);
  } else {
    compiled.delete(rule.hash);
  }
  compiled.set(rule.hash, found);
  return found;
}
