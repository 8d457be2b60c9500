import { describe, expect, it } from 'vitest';
import { packAutomaton } from './automaton.ts';
import { buildRegex } from './build-regex.ts';
import { compilePatternSet, type PatternSource } from './compile-pattern-set.ts';
import { planJumps } from './jump-plan.ts';
import { PositionBuilder } from './position-builder.ts';
import { seededRandom } from './random-pattern.ts';
import { Scanner } from './scanner.ts';

const length = 1 << 18;

function randomBytes(alphabet: string): Buffer {
  const random = seededRandom(7);
  return Buffer.from(
    Array.from({ length }, () => alphabet.charCodeAt(Math.floor(random() * alphabet.length))),
  );
}

/** Generous: each takes well under a second on an idle machine; a backtracker would not end today. */
const timeMaxMs = 10_000;

describe('a quarter of a mebibyte costs bounded time', () => {
  const a = Buffer.alloc(length, 'a');
  const cases: [string, PatternSource, Buffer, boolean][] = [
    ['(a+)+$', { regex: '(a+)+$', flags: '' }, Buffer.concat([a, Buffer.from('!')]), false],
    ['(.*a){25}', { regex: '(.*a){25}b', flags: '' }, a, false],
    ['(x+x+)+y', { regex: '(x+x+)+y', flags: '' }, Buffer.alloc(length, 'x'), false],
    ['states that explode', { regex: '(a|b)*a(a|b){20}c', flags: '' }, randomBytes('ab'), false],
    ['a wide counter', { regex: '.*a.{1000}c', flags: '' }, randomBytes('ab'), false],
  ];
  it.each(cases)('%s', (_, pattern, bytes, expected) => {
    const set = compilePatternSet([pattern], { caseSensitive: true });
    const started = performance.now();
    expect(set.matchesAny(bytes, 0, bytes.length)).toBe(expected);
    expect(performance.now() - started).toBeLessThan(timeMaxMs);
  });
});

describe('a scanner whose states explode', () => {
  function scannerOf(regex: string, cacheBytesMax: number): Scanner {
    const builder = new PositionBuilder();
    const whole = buildRegex(builder, regex, '');
    const ends = { initial: [...whole.first], accepts: [...whole.last], initialEnd: [] };
    const automaton = packAutomaton(builder, ends, 1);
    return new Scanner(automaton, { collects: false, cacheBytesMax, plan: () => planJumps(automaton) });
  }

  it('turns to simulation, and still finds the match at the very end', () => {
    const scanner = scannerOf('a[ab]{20}c', 1 << 20);
    const text = randomBytes('ab');
    expect(scanner.scanBytes(text, 0, text.length)).toBe(0);
    expect(scanner.counts.simulations).toBeGreaterThan(0);
    const matching = Buffer.concat([text, Buffer.from(`a${'b'.repeat(20)}c`)]);
    expect(scanner.scanBytes(matching, 0, matching.length)).toBe(1);
  });

  it('flushes a full cache and goes on as if it had not', () => {
    const scanner = scannerOf('a[ab]{8}c', 8_192);
    const text = Buffer.concat([randomBytes('ab').subarray(0, 2_000), Buffer.from('aababababac')]);
    expect(scanner.scanBytes(text, 0, text.length)).toBe(1);
    expect(scanner.counts.flushes).toBeGreaterThan(5);
  });
});
