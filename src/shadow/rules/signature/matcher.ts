import type { BatchView } from '../../batch/batch-view.ts';
import { type FieldValues, fieldValues } from '../field-values.ts';
import type { Matcher } from '../matcher.ts';
import { compilePatternSet, type PatternSet } from '../patterns/compile-pattern-set.ts';
import type { SignatureConfig } from '../rule-config.ts';

/**
 * @param cacheBytesMax this signature's part of what the scanners of a rule may remember, in bytes
 * @throws PatternRefusedError where a regular expression cannot be run within bounds
 */
export function compileSignature(config: SignatureConfig, cacheBytesMax: number): Matcher {
  const patterns = compilePatternSet(config.patterns, {
    caseSensitive: config.case_sensitive,
    cacheBytesMax,
  });
  const matchColumns = config.match === 'any' ? matchAny : matchAll;
  // A field listed twice, or sixty times, is read once.
  const fields = [...new Set(config.fields)];
  return (view) => {
    const columns = fields.map((field) => fieldValues(view, field, config.decode));
    return matchColumns(view, columns, patterns);
  };
}

/** Some pattern matches some value. A sample that has matched in one column is not scanned in the next. */
function matchAny(view: BatchView, columns: readonly FieldValues[], patterns: PatternSet): Uint8Array {
  const matches = new Uint8Array(view.count);
  for (const column of columns) patterns.markMatches(column, matches);
  return matches;
}

/** Every pattern matches some value of the sample, not necessarily the same. */
function matchAll(view: BatchView, columns: readonly FieldValues[], patterns: PatternSet): Uint8Array {
  const matches = new Uint8Array(view.count);
  const seen = new Uint8Array(patterns.size);
  const next = new Uint32Array(columns.length);
  for (let i = 0; i < view.count; i++) {
    let found = 0;
    for (let c = 0; c < columns.length; c++) {
      const { count, sample, start, end, bytes } = columns[c]!;
      let v = next[c]!;
      for (; v < count && sample[v] === i; v++) {
        if (found < patterns.size) found += patterns.collect(bytes, start[v]!, end[v]!, seen);
      }
      next[c] = v;
    }
    if (found === patterns.size) matches[i] = 1;
    if (found > 0) seen.fill(0);
  }
  return matches;
}
