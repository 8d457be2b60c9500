/**
 * Matching that no pattern can stall. Literals and JavaScript regular expressions of a signature become
 * one automaton without backtracking, and one pass over a value decides all of them.
 *
 * Why not another engine. V8 backtracks: `(a+)+$` is exponential, and patterns that look safe are still
 * quadratic when unanchored, so it would need a deadline, and a deadline makes a verdict depend on the
 * machine. re2js is linear but is not JavaScript (`\s`, `.`, `$`, `\b` and case folding differ), runs each
 * pattern alone, and is 7 times slower than V8.
 *
 * How. Syntax tree → positions (position-builder.ts) → states built as texts ask for them
 * (lazy-dfa.ts), at one table lookup a character; where a text keeps asking for new states the work is
 * accounted, and beyond 4 ms plus what simulating would have cost, the positions are simulated as a
 * bitmap instead (simulation.ts). So the time is at most a constant plus a multiple of (positions / 32 +
 * jumps) × length, both bounded in limits.ts: linear in the text for every accepted pattern. Memory is
 * bounded by the caches (4 MiB for each of `matchesAny` and `collect`, flushed when full) and the packed
 * automaton (kilobytes; at the bounds some 20 MiB).
 *
 * Measured on one core of a shared 2-core machine, ns a value, median of 7, the patterns
 * union\s+(all\s+)?select, \b(and|or)\b\s+\d+\s*=\s*\d+ and <script[^>]*> with flag i over payloads and URIs:
 *
 *     values of               http-params  libinjection  payload-collection
 *     this, from UTF-8 bytes          152           237                  77
 *     V8, from the same bytes         275           416                 236   (decode, then test in a loop)
 *     V8, strings at hand             165           234                 131
 *
 * Hard cases, s for 1 MiB: (a+)+$, (.*a){25}, (x+x+)+y under 0.01; (a|b)*a(a|b){20}c 0.4; .*a.{1000}c 0.2;
 * a[ab]{20000}c 3; 1,000 patterns a…[ab]{50}c (62,000 positions, all simulated) 8; 600 patterns
 * of looped alternatives at the bound of jumps, over 20. The last two are as bad as accepted sets get.
 */
import { type Automaton, type PatternEnds, packAutomaton } from './automaton.ts';
import { buildLiteral } from './build-literal.ts';
import { buildRegex } from './build-regex.ts';
import { lastUnit } from './char-set.ts';
import { anywhere, nowhere } from './context.ts';
import { type JumpPlan, planJumps } from './jump-plan.ts';
import { cacheBytesDefault, jumpWordsMax } from './limits.ts';
import { type Fragment, PositionBuilder } from './position-builder.ts';
import { scanColumn, type ValueColumn } from './scan-column.ts';
import { Scanner } from './scanner.ts';

export type PatternSource = { literal: string } | { regex: string; flags: string };

export interface PatternSetOptions {
  /** Whether ASCII case counts in literals; expressions have their own flag `i`. */
  caseSensitive: boolean;
  /** Bound on cached states of each of the two scanners, default 4 MiB; a rule with many sets shares one out. */
  cacheBytesMax?: number;
}

export interface PatternSet {
  /** How many patterns; `seen` has as many elements. */
  readonly size: number;
  /** Character positions written out: what compiling cost, and what a rule of many sets adds up. */
  readonly positions: number;
  /** Does any pattern match the UTF-8 text bytes[start, end)? */
  matchesAny(bytes: Uint8Array, start: number, end: number): boolean;
  matchesAnyText(text: string): boolean;
  /** `matchesAny` for every value of a column; samples whose byte is set already are passed over. */
  markMatches(column: ValueColumn, matches: Uint8Array): void;
  /** Marks seen[k] = 1 for each pattern k found; returns how many newly became 1. */
  collect(bytes: Uint8Array, start: number, end: number, seen: Uint8Array): number;
  collectText(text: string, seen: Uint8Array): number;
}

/**
 * Compiles literals and JavaScript regular expressions into one matcher.
 *
 * @throws PatternRefusedError (400) for what is not JavaScript, needs backtracking or is too large.
 * @example
 * const set = compilePatternSet([{ literal: "' or '1'='1" }, { regex: '<script\\b', flags: 'i' }], { caseSensitive: false });
 * set.matchesAnyText("x' OR '1'='1"); // true
 */
export function compilePatternSet(
  patterns: readonly PatternSource[],
  options: PatternSetOptions,
): PatternSet {
  const builder = new PositionBuilder();
  const ends: PatternEnds = { initial: [], accepts: [], initialEnd: [] };
  const always: number[] = [];
  for (const [index, pattern] of patterns.entries()) {
    builder.patternIndex = index;
    builder.blame = { construct: 'pattern', offset: 0 };
    const { size } = builder;
    const joins = builder.joins.length;
    const whole =
      'literal' in pattern
        ? buildLiteral(builder, pattern.literal, options.caseSensitive)
        : buildRegex(builder, pattern.regex, pattern.flags);
    if (whole.nullable === anywhere) {
      builder.rollBack(size, joins);
      always.push(index);
    } else {
      addEnds(builder, whole, ends);
    }
  }
  const automaton = packAutomaton(builder, ends, patterns.length);
  const plan = once(() => planJumps(automaton));
  checkJumps(builder, automaton, plan);
  const cacheBytesMax = options.cacheBytesMax ?? cacheBytesDefault;
  const scanner = (collects: boolean) =>
    once(() => new Scanner(automaton, { collects, cacheBytesMax, plan }));
  return new CompiledPatternSet(builder.written, patterns.length, always, scanner(false), scanner(true));
}

/**
 * How a pattern begins and ends. Where its end hangs on the unit after (`\b`, `$` with m) that unit is
 * simply read as one more position: for a yes or no, matching `foo\b` is matching `foo` and then a unit
 * that is no word character, or the end.
 */
function addEnds(builder: PositionBuilder, whole: Fragment, ends: PatternEnds): void {
  for (const arrow of whole.first) ends.initial.push(arrow);
  for (const arrow of whole.last) ends.accepts.push(arrow);
  const conditional = whole.last.filter(({ mask }) => mask !== anywhere);
  if (conditional.length === 0 && whole.nullable === nowhere) return;
  const following = builder.unit([0, lastUnit]);
  builder.join(conditional, following.first);
  ends.accepts.push(...following.last);
  if (whole.nullable === nowhere) return;
  ends.initialEnd.push({ pattern: builder.patternIndex, mask: whole.nullable });
  ends.initial.push(...following.first.map(({ position }) => ({ position, mask: whole.nullable })));
}

function checkJumps(builder: PositionBuilder, automaton: Automaton, plan: () => JumpPlan): void {
  // Each jump has a member and a target; fewer joins than half the bound cannot pass it.
  if (builder.joins.length <= jumpWordsMax / 2) return;
  const worst = plan().costAfterClass.reduce((most, cost) => Math.max(most, cost), 0);
  if (worst <= jumpWordsMax) return;
  builder.patternIndex = automaton.patternCount === 1 ? 0 : -1;
  builder.blame = { construct: 'alternatives and repetitions', offset: 0 };
  builder.refuse(
    `its ${automaton.patternCount} patterns need up to ${worst} operations a character, and ${jumpWordsMax} are allowed`,
  );
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

class CompiledPatternSet implements PatternSet {
  readonly positions: number;
  readonly size: number;
  readonly #always: readonly number[];
  readonly #any: () => Scanner;
  readonly #all: () => Scanner;

  constructor(
    positions: number,
    size: number,
    always: readonly number[],
    any: () => Scanner,
    all: () => Scanner,
  ) {
    this.positions = positions;
    this.size = size;
    this.#always = always;
    this.#any = any;
    this.#all = all;
  }

  matchesAny(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#always.length > 0 || this.#any().scanBytes(bytes, start, end) > 0;
  }

  matchesAnyText(text: string): boolean {
    return this.#always.length > 0 || this.#any().scanText(text) > 0;
  }

  markMatches(column: ValueColumn, matches: Uint8Array): void {
    if (this.#always.length === 0) scanColumn(this.#any(), column, matches);
    else for (let v = 0; v < column.count; v++) matches[column.sample[v]!] = 1;
  }

  collect(bytes: Uint8Array, start: number, end: number, seen: Uint8Array): number {
    return this.#markAlways(seen) + this.#all().scanBytes(bytes, start, end, seen);
  }

  collectText(text: string, seen: Uint8Array): number {
    return this.#markAlways(seen) + this.#all().scanText(text, seen);
  }

  #markAlways(seen: Uint8Array): number {
    let marked = 0;
    for (const pattern of this.#always) {
      if (seen[pattern] === 0) marked++;
      seen[pattern] = 1;
    }
    return marked;
  }
}
