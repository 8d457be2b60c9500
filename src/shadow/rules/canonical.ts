import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { RuleConfig } from './rule-config.ts';

/** The RFC 8785 text of a rule in normal form: equal rules give equal bytes, in any language. */
export function canonicalRule(config: RuleConfig): string {
  const text = canonicalize(config);
  if (text === undefined) throw new Error('a rule in normal form always has a canonical text');
  return text;
}

/** `sha256:` and the hex SHA-256 of the canonical text: the rule's name everywhere. */
export function ruleHash(config: RuleConfig): string {
  return `sha256:${createHash('sha256').update(canonicalRule(config), 'utf8').digest('hex')}`;
}
