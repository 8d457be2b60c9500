/**
 * The same automaton run without building states: a bitmap of live positions, moved 32 at a time.
 * The cost of a unit is bounded by the patterns alone, whatever the text, which is what the lazily
 * built automaton cannot promise ((a|b)*a(a|b){20} has a million states).
 */
import type { Automaton } from './automaton.ts';
import { type JumpPlan, type Moves, type WordMasks, wordMasks } from './jump-plan.ts';

export class Simulation {
  readonly #automaton: Automaton;
  readonly #plan: JumpPlan;
  readonly #live: Int32Array;
  /** Where shifts, jumps and conditions lead; empty between steps. */
  readonly #landing: Int32Array;
  readonly #lands: boolean;
  #group = 0;
  readonly #initialAfter: (Int32Array | undefined)[] = [];
  readonly #acceptingOfClass: (WordMasks | undefined)[] = [];
  readonly #movesOfClass: (ClassMoves | undefined)[] = [];
  /** Of each jump, in which step it was taken last. */
  readonly #takenAt = new Map<Moves, Uint32Array>();
  #epoch = 0;

  constructor(automaton: Automaton, plan: JumpPlan) {
    this.#automaton = automaton;
    this.#plan = plan;
    this.#live = new Int32Array(automaton.words);
    // One word more on each side, for what the first and the last word shift out.
    this.#landing = new Int32Array(automaton.words + 2);
    this.#lands = [plan.always, ...plan.under.map(({ moves }) => moves)].some(
      ({ shifts, jumping }) => shifts.word.length + jumping.word.length > 0,
    );
  }

  /** Goes on from these live positions after a unit of the group; group 0 is the start of the text. */
  restart(group: number, positions: readonly number[]): void {
    this.#live.fill(0);
    for (const p of positions) this.#live[p >> 5]! |= 1 << (p & 31);
    this.#group = group;
  }

  /** Reads one unit; true when an accepting position was reached. */
  step(unitClass: number): boolean {
    const group = this.#automaton.groupOfClass[unitClass]!;
    const initial = this.#initialOf(this.#group, unitClass, group);
    this.#epoch = (this.#epoch + 1) >>> 0;
    if (this.#lands) {
      this.#shift(this.#plan.always);
      this.#jump(this.#plan.always);
      this.#moveUnderConditions(group);
      this.#moveAndLand(unitClass, initial);
    } else {
      this.#move(unitClass, initial);
    }
    const live = this.#live;
    this.#group = group;
    const accepting = this.#acceptingOf(unitClass);
    for (let k = 0; k < accepting.word.length; k++) {
      if ((live[accepting.word[k]!]! & accepting.mask[k]!) !== 0) return true;
    }
    return false;
  }

  /** To the next position, or not at all: all there is in most patterns, in place and without branches. */
  #move(unitClass: number, initial: Int32Array): void {
    const { entered, kept } = this.#movesOf(unitClass);
    const live = this.#live;
    let carry = 0;
    for (let w = 0; w < live.length; w++) {
      const bits = live[w]!;
      live[w] = (((bits << 1) | carry) & entered[w]!) | (bits & kept[w]!) | initial[w]!;
      carry = bits >>> 31;
    }
  }

  /** A branch for words where nothing lands would cost more: which they are is hard to predict. */
  #moveAndLand(unitClass: number, initial: Int32Array): void {
    const { entered, kept, accepting } = this.#movesOf(unitClass);
    const landing = this.#landing;
    const live = this.#live;
    let carry = 0;
    for (let w = 0; w < live.length; w++) {
      const bits = live[w]!;
      const moved = (((bits << 1) | carry) & entered[w]!) | (bits & kept[w]!);
      live[w] = moved | initial[w]! | (landing[w + 1]! & accepting[w]!);
      carry = bits >>> 31;
    }
    landing.fill(0);
  }

  #movesOf(unitClass: number): ClassMoves {
    const known = this.#movesOfClass[unitClass];
    if (known !== undefined) return known;
    const { words, reach } = this.#automaton;
    const { toNext, stay } = this.#plan;
    const before = (w: number) => (w === 0 ? 0 : toNext[w - 1]! >>> 31);
    const base = unitClass * words;
    const accepting = reach.slice(base, base + words);
    const moves = {
      accepting,
      entered: accepting.map((mask, w) => ((toNext[w]! << 1) | before(w)) & mask),
      kept: accepting.map((mask, w) => stay[w]! & mask),
    };
    this.#movesOfClass[unitClass] = moves;
    return moves;
  }

  /** Calls back with each pattern that the last unit, of this class, completed; a pattern may come more than once. */
  forEachAccepted(unitClass: number, found: (pattern: number) => void): void {
    const { word, mask } = this.#acceptingOf(unitClass);
    for (let k = 0; k < word.length; k++) {
      eachBit(this.#live[word[k]!]! & mask[k]!, word[k]!, (p) => found(this.#automaton.patternOf[p]!));
    }
  }

  /** Calls back with each pattern that matches because the text ends here. */
  forEachEnding(found: (pattern: number) => void): void {
    const { initialEnd, endCondition, patternOf, groupCount, holds } = this.#automaton;
    const atEnd = (condition: number) => holds[(condition * groupCount + this.#group) * groupCount] === 1;
    for (const { pattern, condition } of initialEnd) if (atEnd(condition)) found(pattern);
    for (let w = 0; w < this.#live.length; w++) {
      eachBit(this.#live[w]!, w, (p) => {
        if (endCondition[p]! >= 0 && atEnd(endCondition[p]!)) found(patternOf[p]!);
      });
    }
  }

  #shift({ shifts }: Moves): void {
    const { word, mask, by } = shifts;
    const live = this.#live;
    const landing = this.#landing;
    for (let k = 0; k < word.length; k++) {
      const w = word[k]!;
      const bits = live[w]! & mask[k]!;
      if (bits === 0) continue;
      const places = by[k]!;
      if (places >= 0) {
        landing[w + 1]! |= bits << places;
        landing[w + 2]! |= (bits >>> 1) >>> (31 - places);
      } else {
        landing[w + 1]! |= bits >>> -places;
        landing[w]! |= bits << (32 + places);
      }
    }
  }

  /** The other moves, each distinct set of targets once. */
  #jump(moves: Moves): void {
    const { jumping, memberStart, memberMask, memberJump, targetStart, targetWord, targetMask } = moves;
    const live = this.#live;
    const landing = this.#landing;
    const takenAt = this.#takenAtOf(moves);
    for (let k = 0; k < jumping.word.length; k++) {
      const bits = live[jumping.word[k]!]! & jumping.mask[k]!;
      if (bits === 0) continue;
      for (let m = memberStart[k]!; m < memberStart[k + 1]!; m++) {
        const jump = memberJump[m]!;
        if ((bits & memberMask[m]!) === 0 || takenAt[jump] === this.#epoch) continue;
        takenAt[jump] = this.#epoch;
        for (let t = targetStart[jump]!; t < targetStart[jump + 1]!; t++) {
          landing[targetWord[t]! + 1]! |= targetMask[t]!;
        }
      }
    }
  }

  #takenAtOf(moves: Moves): Uint32Array {
    const known = this.#takenAt.get(moves) ?? new Uint32Array(moves.targetStart.length);
    this.#takenAt.set(moves, known);
    return known;
  }

  #moveUnderConditions(group: number): void {
    const { groupCount, holds } = this.#automaton;
    for (const { condition, moves } of this.#plan.under) {
      if (holds[(condition * groupCount + this.#group) * groupCount + group] === 0) continue;
      this.#shift(moves);
      this.#jump(moves);
    }
  }

  /** Positions that may begin with a unit of this class after a unit of the previous group, as a bitmap. */
  #initialOf(previous: number, unitClass: number, group: number): Int32Array {
    const { words, classes, initial, conditionalInitial, groupCount, holds } = this.#automaton;
    const key = previous * classes.count + unitClass;
    const known = this.#initialAfter[key];
    if (known !== undefined) return known;
    const holding = conditionalInitial.filter(
      ({ condition }) => holds[(condition * groupCount + previous) * groupCount + group] === 1,
    );
    const positions = [...initial, ...holding.map(({ position }) => position)];
    const { word, mask } = this.#accepted(positions, unitClass);
    const bits = new Int32Array(words);
    for (let k = 0; k < word.length; k++) bits[word[k]!] = mask[k]!;
    this.#initialAfter[key] = bits;
    return bits;
  }

  #acceptingOf(unitClass: number): WordMasks {
    const known = this.#acceptingOfClass[unitClass];
    if (known !== undefined) return known;
    const { accepting } = this.#automaton;
    const positions: number[] = [];
    for (let p = 0; p < accepting.length; p++) if (accepting[p] === 1) positions.push(p);
    this.#acceptingOfClass[unitClass] = this.#accepted(positions, unitClass);
    return this.#acceptingOfClass[unitClass];
  }

  /** Those of the positions that accept the class. */
  #accepted(positions: readonly number[], unitClass: number): WordMasks {
    const { words, reach } = this.#automaton;
    return wordMasks(positions.filter((p) => (reach[unitClass * words + (p >> 5)]! & (1 << (p & 31))) !== 0));
  }
}

/** Bitmaps of the positions that accept a class: all, those entered from the one before, those that may stay. */
interface ClassMoves {
  readonly accepting: Int32Array;
  readonly entered: Int32Array;
  readonly kept: Int32Array;
}

function eachBit(bits: number, word: number, visit: (position: number) => void): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) visit((word << 5) + 31 - Math.clz32(rest & -rest));
}
