import { z } from 'zod';
import { decodeStepNames } from '../decode/decode-steps.ts';
import { type Field, signatureFields } from '../fields.ts';
import { maxDecodeSteps, maxFieldsPerSignature, maxPatternLength } from '../limits.ts';
import type { ParseContext } from '../parse-context.ts';
import { compilePatternSet } from '../patterns/compile-pattern-set.ts';
import { isPatternRefusedError } from '../patterns/pattern-refused-error.ts';
import type { PatternConfig, SignatureConfig } from '../rule-config.ts';
import { fieldName, knownFields } from '../schema-helpers.ts';

const patternText = z
  .string()
  .min(1, { error: 'an empty pattern would match every value; give at least one character' })
  .max(maxPatternLength)
  .refine((text) => text.isWellFormed(), {
    error: 'holds half of a surrogate pair, which no sample can contain',
  });

const patternFlags = z.string().check((context) => {
  const flags = context.value;
  if (/^[ismu]*$/.test(flags) && new Set(flags).size === flags.length) return;
  context.issues.push({
    code: 'custom',
    input: flags,
    // Lets the union see that this is a regular expression with a fault, not something else.
    continue: true,
    message: `unknown or repeated flag in ${JSON.stringify(flags)}; known flags: i, s, m, u, each once at most`,
  });
});

const pattern = z.union(
  [
    patternText,
    knownFields('a literal', { literal: patternText }),
    knownFields('a regular expression', { regex: patternText, flags: patternFlags.optional() }),
  ],
  { error: 'a pattern is a string, {"literal": string} or {"regex": string, "flags"?: string}' },
);

export const signatureSchema = knownFields('a signature rule', {
  type: z.literal('signature'),
  pattern: patternText.optional().meta({ description: 'One literal; short for `patterns` with one entry.' }),
  patterns: z.array(pattern).min(1).optional(),
  match: z.enum(['any', 'all']).default('any'),
  fields: z
    .array(fieldName(signatureFields))
    .min(1)
    .max(maxFieldsPerSignature)
    .default(['payload', 'uri', 'user_agent']),
  decode: z.array(z.enum(decodeStepNames)).max(maxDecodeSteps).default([]),
  case_sensitive: z.boolean().default(false),
}).refine((rule) => (rule.pattern === undefined) !== (rule.patterns === undefined), {
  error: 'give exactly one of "pattern" (one literal) and "patterns" (a list)',
});

/** The normal form; patterns that cannot be run within bounds become faults of the context. */
export function normaliseSignature(
  rule: z.output<typeof signatureSchema>,
  location: string,
  context: ParseContext,
): SignatureConfig {
  const sources = rule.patterns ?? [rule.pattern!];
  const config: SignatureConfig = {
    type: 'signature',
    patterns: sources.map(normalisePattern),
    match: rule.match,
    // The schema has checked each name.
    fields: rule.fields as Field[],
    decode: rule.decode,
    case_sensitive: rule.case_sensitive,
  };
  context.count('patterns', config.patterns.length, `${location}.patterns`);
  if (context.faults.length === 0) checkPatterns(config, location, context);
  return config;
}

/** Compiling is the check. Left out once the rule has a fault, so that a bad request costs little. */
function checkPatterns(config: SignatureConfig, location: string, context: ParseContext): void {
  try {
    const set = compilePatternSet(config.patterns, { caseSensitive: config.case_sensitive });
    context.count('positions', set.positions, `${location}.patterns`);
    context.count('operations', set.operations, `${location}.patterns`);
  } catch (error) {
    if (!isPatternRefusedError(error)) throw error;
    const place = error.patternIndex < 0 ? '' : `[${error.patternIndex}]`;
    context.fault(`${location}.patterns${place}`, error.message);
  }
}

function normalisePattern(source: z.output<typeof pattern>): PatternConfig {
  if (typeof source === 'string') return { literal: source };
  if ('literal' in source) return source;
  return { regex: source.regex, flags: [...(source.flags ?? '')].sort().join('') };
}
