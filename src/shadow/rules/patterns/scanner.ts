/**
 * Runs an automaton over one value: table lookups while it can, the bit-parallel simulation while the
 * text keeps demanding states that were not built yet.
 */
import type { Automaton } from './automaton.ts';
import type { JumpPlan } from './jump-plan.ts';
import { LazyDfa, unknown } from './lazy-dfa.ts';
import { Simulation } from './simulation.ts';

/** Work (about nanoseconds) given to building states before the text's length is held against them. */
const graceWorkDefault = 4_000_000;
/** How long to simulate before trying states again; doubled each time that is to no avail. */
const simulatedUnitsMin = 1 << 16;
const simulatedUnitsMax = 1 << 24;

const finished = 0;
const suspended = -1;

export interface ScannerOptions {
  /** Whether to find every pattern; else the first match of any ends the scan. */
  collects: boolean;
  cacheBytesMax: number;
  /** For tests: work given to building states before simulating. */
  graceWork?: number;
  plan: () => JumpPlan;
}

export class Scanner {
  readonly #automaton: Automaton;
  readonly #plan: () => JumpPlan;
  readonly dfa: LazyDfa;
  /** The class of each byte; one for all bytes that are not ASCII. */
  readonly ofByte: Automaton['classes']['ofByte'];
  #simulation: Simulation | undefined;
  /** Units that the simulation would have read for the work that building states has cost so far. */
  #units = 0;
  readonly #workPerUnit: number;
  readonly #graceWork: number;
  #simulateUnits = 0;
  #simulateNext = simulatedUnitsMin;
  #seen: Uint8Array | undefined;
  #found = 0;
  /** Accepting states already marked during this scan; reset by counting scans and flushes. */
  readonly #visited = new Map<number, number>();
  #visit = 0;
  #flushes = 0;
  #simulations = 0;

  constructor(automaton: Automaton, options: ScannerOptions) {
    this.#automaton = automaton;
    this.#plan = options.plan;
    this.ofByte = automaton.classes.ofByte;
    this.dfa = new LazyDfa(automaton, options.collects, options.cacheBytesMax);
    this.#graceWork = options.graceWork ?? graceWorkDefault;
    this.#workPerUnit = 20 + 3 * automaton.words;
  }

  /** How often the cache of states was flushed, and how often states gave way to simulation: for tests. */
  get counts(): { flushes: number; simulations: number } {
    return { flushes: this.dfa.flushes, simulations: this.#simulations };
  }

  /** Patterns newly found (each marked in `seen`), or 1 or 0 when the scanner does not collect. */
  scanBytes(bytes: Uint8Array, start: number, end: number, seen?: Uint8Array): number {
    this.#begin(seen);
    if (this.#simulateUnits > 0) this.#simulateBytes(bytes, start, end);
    else this.#runBytes(bytes, start, end, this.dfa.start());
    return this.#found;
  }

  /** Whether states have given way to the simulation for now. */
  get simulates(): boolean {
    return this.#simulateUnits > 0;
  }

  /**
   * Goes on with a value of which bytes[start, from) were read by plain table lookups, which led to `state`.
   *
   * @returns 1 when a pattern is found, else 0; not for a scanner that collects.
   */
  continueBytes(state: number, bytes: Uint8Array, start: number, from: number, end: number): number {
    this.#begin(undefined);
    this.#units += from - start;
    this.#runBytes(bytes, from, end, state);
    return this.#found;
  }

  /** As `continueBytes` for a value that plain table lookups have read to its end. */
  endsWithMatch(state: number, read: number): boolean {
    this.#units += read;
    return this.dfa.endsAt(state).length > 0;
  }

  #begin(seen: Uint8Array | undefined): void {
    this.#seen = seen;
    this.#found = 0;
    this.#visit++;
    if (this.#simulateUnits > 0) this.#simulation!.restart(0, []);
  }

  /** While bytes are ASCII a byte is a unit; the first that is not turns the rest into a string. */
  #runBytes(bytes: Uint8Array, start: number, end: number, from: number): void {
    const dfa = this.dfa;
    const { ofByte } = this.#automaton.classes;
    const { firstState } = dfa;
    let state = from;
    let counted = start;
    for (let i = start; ; i++) {
      const table = dfa.table;
      let next = unknown;
      for (; i < end; i++) {
        next = table[state + ofByte[bytes[i]!]!]!;
        if (next < firstState) break;
        state = next;
      }
      this.#units += i - counted;
      counted = i;
      if (i === end) break;
      if (bytes[i]! >= 128) {
        this.#runText(decode(bytes, i, end), state);
        return;
      }
      state = this.#resolve(next, state, ofByte[bytes[i]!]!);
      if (state === suspended) this.#simulateBytes(bytes, i, end);
      if (state <= finished) return;
    }
    this.#endIn(state);
  }

  #runText(text: string, from: number): void {
    const dfa = this.dfa;
    const { ofByte, pageOf, pages } = this.#automaton.classes;
    const { firstState } = dfa;
    let state = from;
    let counted = 0;
    for (let i = 0; ; i++) {
      const table = dfa.table;
      let next = unknown;
      let unitClass = 0;
      for (; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        unitClass = unit < 128 ? ofByte[unit]! : pages[(pageOf[unit >> 8]! << 8) | (unit & 255)]!;
        next = table[state + unitClass]!;
        if (next < firstState) break;
        state = next;
      }
      this.#units += i - counted;
      counted = i;
      if (i === text.length) break;
      state = this.#resolve(next, state, unitClass);
      if (state === suspended) this.#simulateText(text, i);
      if (state <= finished) return;
    }
    this.#endIn(state);
  }

  /** What to do with an entry that is not a plain state: the state to go on from, or why not to. */
  #resolve(entry: number, state: number, unitClass: number): number {
    const dfa = this.dfa;
    let next = entry;
    if (next === unknown) {
      if (dfa.work > this.#graceWork + this.#units * this.#workPerUnit) return this.#suspend(state);
      next = dfa.advance(state, unitClass);
    }
    if (next >= dfa.firstState) return next;
    if (next === dfa.dead) return finished;
    if (next === dfa.matched) {
      this.#found = 1;
      return finished;
    }
    return this.#markAccepted(~next) ? finished : ~next;
  }

  /** True when nothing is left to find. */
  #markAccepted(state: number): boolean {
    if (this.#flushes !== this.dfa.flushes) {
      this.#flushes = this.dfa.flushes;
      this.#visited.clear();
    }
    if (this.#visited.get(state) === this.#visit) return false;
    this.#visited.set(state, this.#visit);
    for (const pattern of this.dfa.acceptsAt(state)) this.#mark(pattern);
    return this.#found === this.#automaton.patternCount;
  }

  #mark(pattern: number): void {
    if (this.#seen === undefined) {
      this.#found = 1;
    } else if (this.#seen[pattern] === 0) {
      this.#seen[pattern] = 1;
      this.#found++;
    }
  }

  #endIn(state: number): void {
    for (const pattern of this.dfa.endsAt(state)) this.#mark(pattern);
  }

  #suspend(state: number): number {
    if (this.#units > 4 * simulatedUnitsMax) this.#simulateNext = simulatedUnitsMin;
    this.#simulations++;
    this.#simulateUnits = this.#simulateNext;
    this.#simulateNext = Math.min(2 * this.#simulateNext, simulatedUnitsMax);
    this.#units = 0;
    this.dfa.work = 0;
    this.#simulation ??= new Simulation(this.#automaton, this.#plan());
    const { group, positions } = this.dfa.describe(state);
    this.#simulation.restart(group, positions);
    return suspended;
  }

  #simulateBytes(bytes: Uint8Array, start: number, end: number): void {
    const { ofByte } = this.#automaton.classes;
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte >= 128) {
        this.#simulateUnits -= i - start;
        this.#simulateText(decode(bytes, i, end), 0);
        return;
      }
      if (this.#simulateStep(ofByte[byte]!)) return;
    }
    this.#simulateUnits -= end - start;
    this.#simulation!.forEachEnding((pattern) => this.#mark(pattern));
  }

  #simulateText(text: string, start: number): void {
    const { ofByte, pageOf, pages } = this.#automaton.classes;
    for (let i = start; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      const unitClass = unit < 128 ? ofByte[unit]! : pages[(pageOf[unit >> 8]! << 8) | (unit & 255)]!;
      if (this.#simulateStep(unitClass)) return;
    }
    this.#simulateUnits -= text.length - start;
    this.#simulation!.forEachEnding((pattern) => this.#mark(pattern));
  }

  #simulateStep(unitClass: number): boolean {
    if (!this.#simulation!.step(unitClass)) return false;
    this.#simulation!.forEachAccepted(unitClass, (pattern) => this.#mark(pattern));
    return this.#seen === undefined || this.#found === this.#automaton.patternCount;
  }
}

function decode(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8');
}
