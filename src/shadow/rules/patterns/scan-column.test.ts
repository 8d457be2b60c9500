import { describe, expect, it } from 'vitest';
import { compilePatternSet, type PatternSetOptions, type PatternSource } from './compile-pattern-set.ts';
import { isPatternRefusedError } from './pattern-refused-error.ts';
import { type Random, randomFlags, randomPattern, randomText, seededRandom } from './random-pattern.ts';
import type { ValueColumn } from './scan-column.ts';

const seed = 20_263;

/** Values of up to three a sample, in the order of their samples, some empty, with other bytes between them. */
function randomColumn(random: Random, samples: number): ValueColumn {
  const sample: number[] = [];
  const start: number[] = [];
  const end: number[] = [];
  let text = '';
  let at = 0;
  for (let i = 0; i < samples; i++) {
    for (let n = Math.floor(random() * 4); n > 0; n--) {
      const long = random() < 0.1;
      let value = random() < 0.1 ? '' : randomText(random).toWellFormed();
      if (long) value = value.repeat(20);
      sample.push(i);
      start.push(at + 1);
      end.push(at + 1 + Buffer.byteLength(value));
      text += `a${value}`;
      at += 1 + Buffer.byteLength(value);
    }
  }
  const count = sample.length;
  const bytes = Buffer.from(`${text}a`);
  return {
    count,
    sample: Uint32Array.from(sample),
    start: Uint32Array.from(start),
    end: Uint32Array.from(end),
    bytes,
  };
}

function compiles(pattern: PatternSource): boolean {
  try {
    compilePatternSet([pattern], { caseSensitive: true });
    return true;
  } catch (error) {
    if (!isPatternRefusedError(error)) throw error;
    return false;
  }
}

function randomPatterns(random: Random, count: number): PatternSource[] {
  return Array.from({ length: count }, () => {
    const flags = randomFlags(random);
    const regex = randomPattern(random, flags.includes('u'));
    // Few match everything, or nothing is left to scan.
    return { regex: random() < 0.3 ? `(?:${regex})k$` : `b(?:${regex})x`, flags };
  }).filter(compiles);
}

const ways: [string, Omit<PatternSetOptions, 'caseSensitive'>][] = [
  ['with room for all states', {}],
  ['with a cache of sixteen states', { cacheBytesMax: 1 }],
  ['by simulation alone', { graceWork: -1e15 }],
  ['by states, then simulation', { graceWork: 20_000 }],
];

describe.each(ways)(`a column %s, seed ${seed}`, (_, options) => {
  it.each([1, 5, 40])('is answered as value by value, %i patterns', (count) => {
    const random = seededRandom(seed + count);
    let found = 0;
    for (let n = 0; n < 25; n++) {
      const patterns = randomPatterns(random, count);
      const set = compilePatternSet(patterns, { caseSensitive: true, ...options });
      const alone = compilePatternSet(patterns, { caseSensitive: true });
      // The same set again and again, as batches come: the second column meets the states of the first.
      for (let k = 0; k < 3; k++) {
        const samples = 60;
        const column = randomColumn(random, samples);
        const before = Uint8Array.from({ length: samples }, () => (random() < 0.2 ? 1 : 0));
        const expected = before.slice();
        for (let v = 0; v < column.count; v++) {
          const i = column.sample[v]!;
          if (alone.matchesAny(column.bytes, column.start[v]!, column.end[v]!)) expected[i] = 1;
        }
        const matches = before.slice();
        set.markMatches(column, matches);
        expect({ patterns, matches }).toEqual({ patterns, matches: expected });
        found += matches.reduce((sum, match, i) => sum + match - before[i]!, 0);
      }
    }
    expect(found).toBeGreaterThan(20);
  });
});

describe('a column', () => {
  const columnOf = (values: string[]): ValueColumn => {
    const ends = values.map((_, v) => Buffer.byteLength(values.slice(0, v + 1).join('')));
    return {
      count: values.length,
      sample: Uint32Array.from(values.keys()),
      start: Uint32Array.from([0, ...ends.slice(0, -1)]),
      end: Uint32Array.from(ends),
      bytes: Buffer.from(values.join('')),
    };
  };
  const marked = (patterns: PatternSource[], values: string[]) => {
    const matches = new Uint8Array(values.length);
    compilePatternSet(patterns, { caseSensitive: true }).markMatches(columnOf(values), matches);
    return [...matches];
  };

  it('of no values, of one, and of empty ones', () => {
    expect(marked([{ literal: 'a' }], [])).toEqual([]);
    expect(marked([{ literal: 'a' }], ['ba'])).toEqual([1]);
    expect(marked([{ regex: '^$', flags: '' }], ['', 'a', ''])).toEqual([1, 0, 1]);
    expect(marked([{ literal: '' }], ['', 'a'])).toEqual([1, 1]);
  });

  it('knows where a value ends though the next one follows at once', () => {
    expect(marked([{ regex: 'ab$', flags: '' }], ['ab', 'abc', 'a', 'b', 'xab'])).toEqual([1, 0, 0, 0, 1]);
    expect(marked([{ regex: 'é\\B', flags: '' }], ['é', 'éa', 'xé'])).toEqual([1, 0, 1]);
  });
});
