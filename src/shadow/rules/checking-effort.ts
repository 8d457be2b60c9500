import { maxRuleDepth } from './limits.ts';

/**
 * Roughly how many characters of patterns there are to compile when a rule is checked, repetitions written out; a
 * character takes about 10 µs. A look at what the caller wrote, valid or not, that takes far less than checking it.
 */
export function checkingEffort(input: unknown, depth = 1): number {
  if (typeof input !== 'object' || input === null || depth > maxRuleDepth) return 0;
  const { pattern, patterns, cidrs, scores, rules } = input as Record<string, unknown>;
  let effort = 20 + patternEffort(pattern);
  for (const each of listOf(patterns)) effort += patternEffort(each);
  for (const score of listOf(scores)) {
    effort += checkingEffort((score as { rule?: unknown } | null)?.rule, depth + 1);
  }
  for (const rule of listOf(rules)) effort += checkingEffort(rule, depth + 1);
  return effort + listOf(cidrs).length;
}

/** A class of Unicode is hundreds of ranges, in some hundred positions; to fold case by it begins with 40 ms of tables. */
const unicodeFactor = 1_000;

function patternEffort(pattern: unknown): number {
  if (typeof pattern === 'string') return 10 + pattern.length;
  const { literal, regex, flags } = (pattern ?? {}) as Record<string, unknown>;
  if (typeof literal === 'string') return 10 + literal.length;
  if (typeof regex !== 'string') return 10;
  // Repetitions may stand in one another, so their counts multiply.
  let copies = 1;
  for (const [, count] of regex.matchAll(/\{(?:\d*,)?(\d+)/g)) copies *= Math.max(1, Number(count));
  const unicode = typeof flags === 'string' && flags.includes('u');
  return 10 + regex.length * copies * (unicode ? unicodeFactor : 1);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
