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
 * bitmap instead (simulation.ts). So the time is at most a constant plus a multiple of operations ×
 * length, and limits.ts bounds the operations: linear in the text for every accepted pattern. Memory is
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
 * Hard cases, s of processor time for 1 MiB: (a+)+$, (.*a){25}, (x+x+)+y below 0.05; (a|b)*a(a|b){20}c 0.6;
 * .*a.{1000}c 0.5; a[ab]{20000}c 1.8; 1,000 × <tag[^>]*> with i, all tags seen, 1.7; 1,000 patterns made of the OWASP
 * core rule set's on text that keeps them busy 0.1; 1,000 literals of 60 characters, all of them in turn, 3.7;
 * a[ab]{65000}c 4 to 6. Worse are only sets made for it, at the bound of operations with all their positions live:
 * 1,000 patterns ax?[ab]{50}…c (2,719 operations) 13; 1,000 × <tag[^>]*> with iu, all tags seen (2,499) 20. A bound
 * that refused those would refuse the core rule set; a batch has a deadline (queue/start-worker.ts), which is what keeps
 * such a rule from holding a thread.
 */
import { type Automaton, type PatternEnds, packAutomaton } from './automaton.ts';
import { buildLiteral } from './build-literal.ts';
import { buildRegex } from './build-regex.ts';
import { lastUnit } from './char-set.ts';
import { anywhere, nowhere } from './context.ts';
import { type JumpPlan, planJumps } from './jump-plan.ts';
import { cacheBytesDefault, operationsMax } from './limits.ts';
import { type Fragment, PositionBuilder } from './position-builder.ts';
import { scanColumn, type ValueColumn } from './scan-column.ts';
import { Scanner } from './scanner.ts';

export type PatternSource = { literal: string } | { regex: string; flags: string };

export interface PatternSetOptions {
  /** Whether ASCII case counts in literals; expressions have their own flag `i`. */
  caseSensitive: boolean;
  /** For tests: how much work, in about nanoseconds, goes into building states before simulating. */
  graceWork?: number;
  /** Bound on cached states of each of the two scanners, default 4 MiB; a rule with many sets shares one out. */
  cacheBytesMax?: number;
}

export interface PatternSet {
  /** How many patterns; `seen` has as many elements. */
  readonly size: number;
  /** Character positions written out: what compiling cost, and what a rule of many sets adds up. */
  readonly positions: number;
  /** Operations a character costs at worst; a rule of many sets adds them up too. */
  readonly operations: number;
  /** Does any pattern match the UTF-8 text bytes[start, end)? */
  matchesAny(bytes: Uint8Array, start: number, end: number): boolean;
  /** `matchesAny` for every value of a column; samples whose byte is set already are passed over. */
  markMatches(column: ValueColumn, matches: Uint8Array): void;
  /** Marks seen[k] = 1 for each pattern k found; returns how many newly became 1. */
  collect(bytes: Uint8Array, start: number, end: number, seen: Uint8Array): number;
}

/**
 * Compiles literals and JavaScript regular expressions into one matcher.
 *
 * @throws PatternRefusedError (400) for what is not JavaScript, needs backtracking or is too large.
 * @example
 * const set = compilePatternSet([{ literal: "' or '1'='1" }, { regex: '<script\\b', flags: 'i' }], { caseSensitive: false });
 * const value = Buffer.from("x' OR '1'='1");
 * set.matchesAny(value, 0, value.length); // true
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
  const operations = countOperations(builder, automaton, plan());
  const { graceWork } = options;
  const cacheBytesMax = options.cacheBytesMax ?? cacheBytesDefault;
  const scanner = (collects: boolean) =>
    once(
      () =>
        new Scanner(automaton, {
          collects,
          cacheBytesMax,
          plan,
          ...(graceWork === undefined ? {} : { graceWork }),
        }),
    );
  const cost = { positions: builder.written, operations };
  return new CompiledPatternSet(cost, patterns.length, always, scanner(false), scanner(true));
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

/** What a character costs at worst. @throws PatternRefusedError naming the dearest pattern when that is too much. */
function countOperations(builder: PositionBuilder, automaton: Automaton, plan: JumpPlan): number {
  const operations = automaton.words + plan.costAfterClass.reduce((most, cost) => Math.max(most, cost), 0);
  if (operations <= operationsMax) return operations;
  const moves = new Uint32Array(automaton.patternCount);
  for (const { from, to } of builder.joins)
    if (to !== from && to !== from + 1) moves[builder.patternOf[from]!]!++;
  builder.patternIndex = moves.indexOf(moves.reduce((most, count) => Math.max(most, count), 0));
  builder.blame = { construct: 'alternatives and repetitions', offset: 0 };
  return builder.refuse(
    `the ${automaton.patternCount} patterns of its set, of which it costs most, need up to ${operations} ` +
      `operations a character together, and ${operationsMax} are allowed`,
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
  readonly operations: number;
  readonly size: number;
  readonly #always: readonly number[];
  readonly #any: () => Scanner;
  readonly #all: () => Scanner;

  constructor(
    cost: { positions: number; operations: number },
    size: number,
    always: readonly number[],
    any: () => Scanner,
    all: () => Scanner,
  ) {
    this.positions = cost.positions;
    this.operations = cost.operations;
    this.size = size;
    this.#always = always;
    this.#any = any;
    this.#all = all;
  }

  matchesAny(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#always.length > 0 || this.#any().scanBytes(bytes, start, end) > 0;
  }

  markMatches(column: ValueColumn, matches: Uint8Array): void {
    if (this.#always.length === 0) scanColumn(this.#any(), column, matches);
    else for (let v = 0; v < column.count; v++) matches[column.sample[v]!] = 1;
  }

  collect(bytes: Uint8Array, start: number, end: number, seen: Uint8Array): number {
    return this.#markAlways(seen) + this.#all().scanBytes(bytes, start, end, seen);
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
