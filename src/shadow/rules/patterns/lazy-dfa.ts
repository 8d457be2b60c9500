/**
 * The deterministic automaton, built one transition at a time as texts ask for it (as in RE2). A
 * state is the set of live positions and the group of the unit just read. Rows of transitions lie
 * in one Int32Array; a state is named by the offset of its row, so a step is one add and one load.
 */
import type { Automaton } from './automaton.ts';

/** What a table entry may be instead of the offset of a state's row. */
export const unknown = 0;

/** At least this many states are kept however wide the rows are. */
const statesMin = 16;
/** What a state costs beside its row and its key: map entry, array slots, string headers. */
const stateOverheadBytes = 160;

export class LazyDfa {
  /** Row after row; an entry is `unknown`, `dead`, `matched`, a state, or `~state` for an accepting one. */
  table: Int32Array;
  readonly dead: number;
  readonly matched: number;
  /** Entries from here on are states to go on from; all below want a look. */
  readonly firstState: number;
  /** Roughly the nanoseconds spent on building transitions, counted in what was looked at. */
  work = 0;
  flushes = 0;
  readonly #automaton: Automaton;
  readonly #collects: boolean;
  readonly #cacheBytesMax: number;
  readonly #stride: number;
  readonly #byKey = new Map<string, number>();
  #keys: string[] = [];
  #accepts: (readonly number[] | undefined)[] = [];
  #ends: (readonly number[] | undefined)[] = [];
  #bytes = 0;
  #start = unknown;
  readonly #initialOfClass: (Uint16Array | undefined)[] = [];
  readonly #contextual: Uint8Array;
  readonly #keepsContext: boolean;
  readonly #canBeginLater: boolean;
  readonly #stamp: Uint32Array;
  #epoch = 0;
  /** The live positions of the state being built, from index 1; the group goes before them. */
  readonly #live: Uint16Array;
  readonly #liveBytes: Buffer;
  #liveCount = 0;
  readonly #sortBits: Int32Array;
  readonly #sortWords: Int32Array;

  /** @param collects whether every match is wanted; else the first one ends the scan. */
  constructor(automaton: Automaton, collects: boolean, cacheBytesMax: number) {
    this.#automaton = automaton;
    this.#collects = collects;
    this.#cacheBytesMax = cacheBytesMax;
    // One column more than classes: its entries stay unknown, and bytes beyond ASCII have its number.
    this.#stride = automaton.classes.count + 1;
    this.dead = this.#stride;
    this.matched = 2 * this.#stride;
    this.firstState = 3 * this.#stride;
    this.table = new Int32Array(8 * this.#stride);
    const { positionCount, conditionalFollow, endCondition, conditionalInitial, initialEnd } = automaton;
    this.#contextual = Uint8Array.from({ length: positionCount }, (_, p) =>
      conditionalFollow[p] !== undefined || endCondition[p]! >= 0 ? 1 : 0,
    );
    this.#keepsContext = conditionalInitial.length + initialEnd.length > 0;
    this.#canBeginLater = automaton.initial.length > 0 || this.#beginsAfterUnit();
    this.#stamp = new Uint32Array(positionCount);
    this.#live = new Uint16Array(positionCount + 1);
    this.#liveBytes = Buffer.from(this.#live.buffer);
    this.#sortBits = new Int32Array(automaton.words);
    this.#sortWords = new Int32Array((automaton.words + 31) >> 5);
  }

  /** The state before the first unit. */
  start(): number {
    if (this.#start === unknown) {
      this.#liveCount = 0;
      this.#start = this.#intern(0);
    }
    return this.#start;
  }

  /** Builds the transition of a state on a class: `dead`, `matched`, a state or `~state`. */
  advance(state: number, unitClass: number): number {
    const key = this.#keys[state / this.#stride]!;
    const group = this.#automaton.groupOfClass[unitClass]!;
    const flushesBefore = this.flushes;
    const target = this.#collectSuccessors(key, unitClass, group) ? this.matched : this.#targetState(group);
    if (this.flushes === flushesBefore) this.table[state + unitClass] = target;
    return target;
  }

  /** Patterns matched on reaching an accepting state. */
  acceptsAt(state: number): readonly number[] {
    return this.#accepts[state / this.#stride] ?? [];
  }

  /** Patterns that match because the text ends in this state. */
  endsAt(state: number): readonly number[] {
    const index = state / this.#stride;
    this.#ends[index] ??= this.#patternsAtEnd(this.#keys[index]!);
    return this.#ends[index];
  }

  /** The live positions of a state, and the group of the unit before it. */
  describe(state: number): { group: number; positions: number[] } {
    const key = this.#keys[state / this.#stride]!;
    const positions = Array.from({ length: key.length - 1 }, (_, k) => key.charCodeAt(k + 1));
    return { group: key.charCodeAt(0), positions };
  }

  #beginsAfterUnit(): boolean {
    const { conditionalInitial, initialEnd } = this.#automaton;
    return [...conditionalInitial, ...initialEnd].some(({ condition }) => {
      for (let previous = 1; previous < this.#automaton.groupCount; previous++) {
        for (let next = 0; next < this.#automaton.groupCount; next++) {
          if (this.#holds(condition, previous, next)) return true;
        }
      }
      return false;
    });
  }

  #holds(condition: number, previous: number, next: number): boolean {
    const { groupCount, holds } = this.#automaton;
    return holds[(condition * groupCount + previous) * groupCount + next] === 1;
  }

  /** Fills `#live` with the successors; true when one accepts and that is all that is asked. */
  #collectSuccessors(key: string, unitClass: number, group: number): boolean {
    const { followStart, followTo, conditionalFollow, conditionalInitial } = this.#automaton;
    this.#epoch = (this.#epoch + 1) >>> 0;
    this.#liveCount = 0;
    const previous = key.charCodeAt(0);
    let accepted = false;
    const initial = this.#initialOf(unitClass);
    for (let k = 0; k < initial.length; k++) accepted = this.#add(initial[k]!) || accepted;
    for (const { position, condition } of conditionalInitial) {
      if (this.#holds(condition, previous, group)) accepted = this.#reach(position, unitClass) || accepted;
    }
    let work = 200 + 4 * (key.length + initial.length + conditionalInitial.length);
    for (let k = 1; k < key.length; k++) {
      const p = key.charCodeAt(k);
      const end = followStart[p + 1]!;
      work += 4 * (end - followStart[p]!);
      for (let j = followStart[p]!; j < end; j++) {
        accepted = this.#reach(followTo[j]!, unitClass) || accepted;
      }
      for (const { position, condition } of conditionalFollow[p] ?? []) {
        work += 4;
        if (this.#holds(condition, previous, group)) accepted = this.#reach(position, unitClass) || accepted;
      }
    }
    this.work += work + 12 * this.#liveCount;
    return accepted && !this.#collects;
  }

  #reach(position: number, unitClass: number): boolean {
    const { reach, words } = this.#automaton;
    const word = reach[unitClass * words + (position >> 5)]!;
    return (word & (1 << (position & 31))) !== 0 && this.#add(position);
  }

  #add(position: number): boolean {
    if (this.#stamp[position] === this.#epoch) return false;
    this.#stamp[position] = this.#epoch;
    this.#live[++this.#liveCount] = position;
    return this.#automaton.accepting[position] === 1;
  }

  #initialOf(unitClass: number): Uint16Array {
    const { reach, words, initial } = this.#automaton;
    const known = this.#initialOfClass[unitClass];
    if (known !== undefined) return known;
    const accepts = (p: number) => (reach[unitClass * words + (p >> 5)]! & (1 << (p & 31))) !== 0;
    const found = initial.filter(accepts);
    this.#initialOfClass[unitClass] = found;
    return found;
  }

  #targetState(group: number): number {
    if (this.#liveCount === 0 && !this.#canBeginLater) return this.dead;
    let keepsContext = this.#keepsContext;
    for (let k = 1; k <= this.#liveCount && !keepsContext; k++) {
      keepsContext = this.#contextual[this.#live[k]!] === 1;
    }
    const state = this.#intern(keepsContext ? group : Math.min(group, 1));
    return this.#collects && this.#accepts[state / this.#stride] !== undefined ? ~state : state;
  }

  #intern(group: number): number {
    const positions = this.#live.subarray(1, this.#liveCount + 1);
    if (this.#liveCount < 24) insertionSort(positions);
    else this.#bitmapSort(positions);
    this.#live[0] = group;
    // Positions fit 16 bits, so a set of them *is* a string, which a Map hashes fast and keeps compactly.
    const key = this.#liveBytes.toString('utf16le', 0, 2 * positions.length + 2);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const bytes = this.#stride * 4 + key.length * 2 + stateOverheadBytes;
    if (this.#bytes + bytes > this.#cacheBytesMax && this.#byKey.size >= statesMin) this.#flush();
    this.#bytes += bytes;
    const index = 3 + this.#byKey.size;
    const state = index * this.#stride;
    this.#growTable(state + this.#stride);
    this.#byKey.set(key, state);
    this.#keys[index] = key;
    const { accepting, patternOf } = this.#automaton;
    let accepts: Set<number> | undefined;
    for (let k = 0; k < positions.length; k++) {
      if (accepting[positions[k]!] === 0) continue;
      accepts ??= new Set();
      accepts.add(patternOf[positions[k]!]!);
    }
    this.#accepts[index] = accepts === undefined ? undefined : [...accepts];
    return state;
  }

  /**
   * A typed array's own sort takes 40 µs for a thousand positions; through a bitmap it is 3 µs. A bitmap of the
   * bitmap's words that are not empty spares looking at all of them.
   */
  #bitmapSort(positions: Uint16Array): void {
    const bits = this.#sortBits;
    const used = this.#sortWords;
    for (let k = 0; k < positions.length; k++) {
      const w = positions[k]! >> 5;
      bits[w]! |= 1 << (positions[k]! & 31);
      used[w >> 5]! |= 1 << (w & 31);
    }
    let n = 0;
    for (let u = 0; u < used.length; u++) {
      for (let words = used[u]!; words !== 0; words &= words - 1) {
        const w = (u << 5) + 31 - Math.clz32(words & -words);
        for (let rest = bits[w]!; rest !== 0; rest &= rest - 1) {
          positions[n++] = (w << 5) + 31 - Math.clz32(rest & -rest);
        }
        bits[w] = 0;
      }
      used[u] = 0;
    }
  }

  #growTable(length: number): void {
    if (length <= this.table.length) return;
    const larger = new Int32Array(Math.max(length, 2 * this.table.length));
    larger.set(this.table);
    this.table = larger;
  }

  #flush(): void {
    this.flushes++;
    this.#byKey.clear();
    this.#keys = [];
    this.#accepts = [];
    this.#ends = [];
    this.#bytes = 0;
    this.#start = unknown;
    this.table.fill(unknown);
  }

  #patternsAtEnd(key: string): readonly number[] {
    const { endCondition, patternOf, initialEnd } = this.#automaton;
    const group = key.charCodeAt(0);
    const found = new Set<number>();
    for (const { pattern, condition } of initialEnd) if (this.#holds(condition, group, 0)) found.add(pattern);
    for (let k = 1; k < key.length; k++) {
      const p = key.charCodeAt(k);
      if (endCondition[p]! >= 0 && this.#holds(endCondition[p]!, group, 0)) found.add(patternOf[p]!);
    }
    return found.size === 0 ? none : [...found];
  }
}

const none: readonly number[] = [];

function insertionSort(values: Uint16Array): void {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let j = i - 1;
    for (; j >= 0 && values[j]! > value; j--) values[j + 1] = values[j]!;
    values[j + 1] = value;
  }
}
