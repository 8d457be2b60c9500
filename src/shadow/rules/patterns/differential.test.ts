import { describe, expect, it } from 'vitest';
import { compilePatternSet } from './compile-pattern-set.ts';
import { isPatternRefusedError } from './pattern-refused-error.ts';
import { type Random, randomFlags, randomPattern, randomText, seededRandom } from './random-pattern.ts';

const seed = 20_261;

function compileEither(regex: string, flags: string) {
  let theirs: RegExp | undefined;
  try {
    theirs = new RegExp(regex, flags);
  } catch {
    theirs = undefined;
  }
  try {
    return { theirs, ours: compilePatternSet([{ regex, flags }], { caseSensitive: true }) };
  } catch (error) {
    if (!isPatternRefusedError(error)) throw error;
    return { theirs, ours: undefined };
  }
}

/** The ways to ask, each beside what the engine says; by states, and by simulation alone. */
function disagreements(regex: string, flags: string, random: Random, texts: number): string[] {
  const { theirs, ours } = compileEither(regex, flags);
  if (theirs === undefined && ours === undefined) return [];
  if (theirs === undefined || ours === undefined) return [`/${regex}/${flags}: only one side accepts it`];
  const simulated = compilePatternSet([{ regex, flags }], { caseSensitive: true, graceWork: -1e15 });
  const wrong: string[] = [];
  for (let n = 0; n < texts; n++) {
    const text = randomText(random).toWellFormed();
    const bytes = Buffer.from(`zz${text}zz`);
    const found = [ours, simulated].flatMap((set) => [
      set.matchesAny(bytes, 2, bytes.length - 2) === theirs.test(text),
      set.collect(bytes, 2, bytes.length - 2, new Uint8Array(1)) === Number(theirs.test(text)),
    ]);
    if (found.includes(false)) wrong.push(`/${regex}/${flags} on ${JSON.stringify(text)}: ${found}`);
  }
  return wrong;
}

describe(`against the engine's own RegExp, seed ${seed}`, () => {
  it('answers alike on 24,000 random patterns and texts', () => {
    const random = seededRandom(seed);
    const wrong: string[] = [];
    for (let n = 0; n < 1_200; n++) {
      const flags = randomFlags(random);
      wrong.push(...disagreements(randomPattern(random, flags.includes('u')), flags, random, 20));
    }
    expect(wrong).toEqual([]);
  }, 60_000);

  it('answers alike for many patterns in one set, with a cache of sixteen states', () => {
    const random = seededRandom(seed + 1);
    for (let n = 0; n < 60; n++) {
      const patterns = Array.from({ length: 8 }, () => {
        const flags = randomFlags(random);
        return { regex: randomPattern(random, flags.includes('u')), flags };
      }).filter(({ regex, flags }) => compileEither(regex, flags).ours !== undefined);
      const set = compilePatternSet(patterns, { caseSensitive: true, cacheBytesMax: 1 });
      for (let k = 0; k < 20; k++) {
        const text = randomText(random).toWellFormed();
        const bytes = Buffer.from(text);
        const expected = patterns.map(({ regex, flags }) => Number(new RegExp(regex, flags).test(text)));
        const seen = new Uint8Array(patterns.length);
        set.collect(bytes, 0, bytes.length, seen);
        expect({ patterns, text, seen: [...seen] }).toEqual({ patterns, text, seen: expected });
        expect(set.matchesAny(bytes, 0, bytes.length)).toBe(expected.includes(1));
      }
    }
  }, 60_000);

  it('finds literals as includes() does', () => {
    const random = seededRandom(seed + 2);
    for (let n = 0; n < 300; n++) {
      const literals = Array.from({ length: 6 }, () => randomText(random).slice(0, 3).toWellFormed()).filter(
        (text) => text !== '',
      );
      const set = compilePatternSet(
        literals.map((literal) => ({ literal })),
        { caseSensitive: true },
      );
      for (let k = 0; k < 10; k++) {
        const text = randomText(random).toWellFormed();
        const bytes = Buffer.from(text);
        const seen = new Uint8Array(literals.length);
        set.collect(bytes, 0, bytes.length, seen);
        expect([...seen]).toEqual(literals.map((literal) => Number(text.includes(literal))));
      }
    }
  });
});
