/**
 * The same automaton run without building states: a bitmap of live positions, moved 32 at a time.
 * The cost of a unit is bounded by the patterns alone, whatever the text, which is what the lazily
 * built automaton cannot promise ((a|b)*a(a|b){20} has a million states).
 */
import type { Automaton } from './automaton.ts';
import type { JumpPlan } from './jump-plan.ts';

export class Simulation {
  readonly #automaton: Automaton;
  readonly #plan: JumpPlan;
  readonly #live: Int32Array;
  /** Where shifts, jumps and conditions lead; empty between steps. */
  readonly #landing: Int32Array;
  readonly #lands: boolean;
  #group = 0;
  readonly #initial: (WordMasks | undefined)[] = [];
  readonly #accepting: (WordMasks | undefined)[] = [];
  readonly #jumpedAt: Uint32Array;
  #epoch = 0;

  constructor(automaton: Automaton, plan: JumpPlan) {
    this.#automaton = automaton;
    this.#plan = plan;
    this.#live = new Int32Array(automaton.words);
    // One word more on each side, for what the first and the last word shift out.
    this.#landing = new Int32Array(automaton.words + 2);
    this.#lands = plan.shifts.word.length + plan.wordsWithJumps.length + plan.conditionalPositions.length > 0;
    this.#jumpedAt = new Uint32Array(plan.targetStart.length);
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
    if (this.#lands) {
      this.#shift();
      this.#jump();
      this.#followConditions(group);
      this.#moveAndLand(unitClass);
    } else {
      this.#move(unitClass);
    }
    const live = this.#live;
    for (let k = 0; k < initial.word.length; k++) live[initial.word[k]!]! |= initial.mask[k]!;
    this.#group = group;
    const accepting = this.#acceptingOf(unitClass);
    for (let k = 0; k < accepting.word.length; k++) {
      if ((live[accepting.word[k]!]! & accepting.mask[k]!) !== 0) return true;
    }
    return false;
  }

  /** To the next position, or not at all: all there is in most patterns, in place and without branches. */
  #move(unitClass: number): void {
    const { words, reach } = this.#automaton;
    const { toNext, stay } = this.#plan;
    const live = this.#live;
    const base = unitClass * words;
    let carry = 0;
    for (let w = 0; w < words; w++) {
      const bits = live[w]!;
      const moving = bits & toNext[w]!;
      live[w] = (carry | (moving << 1) | (bits & stay[w]!)) & reach[base + w]!;
      carry = moving >>> 31;
    }
  }

  #moveAndLand(unitClass: number): void {
    const { words, reach } = this.#automaton;
    const { toNext, stay } = this.#plan;
    const live = this.#live;
    const landing = this.#landing;
    const base = unitClass * words;
    let carry = 0;
    for (let w = 0; w < words; w++) {
      const bits = live[w]!;
      const moving = bits & toNext[w]!;
      live[w] = (carry | landing[w + 1]! | (moving << 1) | (bits & stay[w]!)) & reach[base + w]!;
      landing[w + 1] = 0;
      carry = moving >>> 31;
    }
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

  #shift(): void {
    const { word, mask, by } = this.#plan.shifts;
    const live = this.#live;
    const landing = this.#landing;
    for (let k = 0; k < word.length; k++) {
      const w = word[k]!;
      const bits = live[w]! & mask[k]!;
      if (bits === 0) continue;
      const places = by[k]!;
      if (places > 0) {
        landing[w + 1]! |= bits << places;
        landing[w + 2]! |= bits >>> (32 - places);
      } else {
        landing[w + 1]! |= bits >>> -places;
        landing[w]! |= bits << (32 + places);
      }
    }
  }

  /** The other moves, each distinct set of targets once. */
  #jump(): void {
    const { wordsWithJumps, jumping, memberStart, memberMask, memberJump } = this.#plan;
    const { targetStart, targetWord, targetMask } = this.#plan;
    const live = this.#live;
    const landing = this.#landing;
    this.#epoch = (this.#epoch + 1) >>> 0;
    for (let k = 0; k < wordsWithJumps.length; k++) {
      const bits = live[wordsWithJumps[k]!]! & jumping[k]!;
      if (bits === 0) continue;
      for (let m = memberStart[k]!; m < memberStart[k + 1]!; m++) {
        const jump = memberJump[m]!;
        if ((bits & memberMask[m]!) === 0 || this.#jumpedAt[jump] === this.#epoch) continue;
        this.#jumpedAt[jump] = this.#epoch;
        for (let t = targetStart[jump]!; t < targetStart[jump + 1]!; t++) {
          landing[targetWord[t]! + 1]! |= targetMask[t]!;
        }
      }
    }
  }

  #followConditions(group: number): void {
    const { conditionalFollow, groupCount, holds } = this.#automaton;
    const previous = this.#group;
    for (const p of this.#plan.conditionalPositions) {
      if ((this.#live[p >> 5]! & (1 << (p & 31))) === 0) continue;
      for (const { position, condition } of conditionalFollow[p]!) {
        if (holds[(condition * groupCount + previous) * groupCount + group] === 1) {
          this.#landing[(position >> 5) + 1]! |= 1 << (position & 31);
        }
      }
    }
  }

  /** Positions that may begin with a unit of this class after a unit of the previous group. */
  #initialOf(previous: number, unitClass: number, group: number): WordMasks {
    const { classes, initial, conditionalInitial, groupCount, holds } = this.#automaton;
    const key = previous * classes.count + unitClass;
    const known = this.#initial[key];
    if (known !== undefined) return known;
    const holding = conditionalInitial.filter(
      ({ condition }) => holds[(condition * groupCount + previous) * groupCount + group] === 1,
    );
    const positions = [...initial, ...holding.map(({ position }) => position)];
    this.#initial[key] = this.#maskOf(positions, unitClass);
    return this.#initial[key];
  }

  #acceptingOf(unitClass: number): WordMasks {
    const known = this.#accepting[unitClass];
    if (known !== undefined) return known;
    const { accepting } = this.#automaton;
    const positions: number[] = [];
    for (let p = 0; p < accepting.length; p++) if (accepting[p] === 1) positions.push(p);
    this.#accepting[unitClass] = this.#maskOf(positions, unitClass);
    return this.#accepting[unitClass];
  }

  /** Those of the positions that accept the class. */
  #maskOf(positions: readonly number[], unitClass: number): WordMasks {
    const { words, reach } = this.#automaton;
    const masks = new Map<number, number>();
    for (const p of positions) {
      const bit = reach[unitClass * words + (p >> 5)]! & (1 << (p & 31));
      if (bit !== 0) masks.set(p >> 5, (masks.get(p >> 5) ?? 0) | bit);
    }
    return { word: Uint16Array.from(masks.keys()), mask: Int32Array.from(masks.values()) };
  }
}

/** The words of a bitmap that are not empty. */
interface WordMasks {
  readonly word: Uint16Array;
  readonly mask: Int32Array;
}

function eachBit(bits: number, word: number, visit: (position: number) => void): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) visit((word << 5) + 31 - Math.clz32(rest & -rest));
}
