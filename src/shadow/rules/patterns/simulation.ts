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
  #live: Int32Array;
  #next: Int32Array;
  #group = 0;
  readonly #initial: (Int32Array | undefined)[] = [];
  readonly #accepting: Int32Array;
  readonly #jumpedAt: Uint32Array;
  #epoch = 0;

  constructor(automaton: Automaton, plan: JumpPlan) {
    this.#automaton = automaton;
    this.#plan = plan;
    this.#live = new Int32Array(automaton.words);
    this.#next = new Int32Array(automaton.words);
    this.#accepting = new Int32Array(automaton.words);
    for (let p = 0; p < automaton.positionCount; p++) {
      if (automaton.accepting[p] === 1) this.#accepting[p >> 5]! |= 1 << (p & 31);
    }
    this.#jumpedAt = new Uint32Array(plan.targetStart.length);
  }

  /** Goes on from these live positions after a unit of the group; group 0 is the start of the text. */
  restart(group: number, positions: readonly number[]): void {
    this.#live.fill(0);
    this.#next.fill(0);
    for (const p of positions) this.#live[p >> 5]! |= 1 << (p & 31);
    this.#group = group;
  }

  /** Reads one unit; true when an accepting position was reached. */
  step(unitClass: number): boolean {
    const { words, reach, groupOfClass, groupCount } = this.#automaton;
    const { toNext, stay } = this.#plan;
    const group = groupOfClass[unitClass]!;
    const live = this.#live;
    const next = this.#next;
    const initial = this.#initialOf(this.#group * groupCount + group);
    // Jumps land in `next`, which the step before left empty; one pass then does all the rest.
    this.#jump(live, next);
    this.#followConditions(live, next, group);
    const base = unitClass * words;
    const accepting = this.#accepting;
    let carry = 0;
    let accepted = 0;
    for (let w = 0; w < words; w++) {
      const bits = live[w]!;
      const entering = next[w]! | initial[w]! | carry;
      if ((bits | entering) === 0) continue;
      live[w] = 0;
      const moving = bits & toNext[w]!;
      carry = moving >>> 31;
      const reached = (entering | (moving << 1) | (bits & stay[w]!)) & reach[base + w]!;
      next[w] = reached;
      accepted |= reached & accepting[w]!;
    }
    this.#live = next;
    this.#next = live;
    this.#group = group;
    return accepted !== 0;
  }

  /** Calls back with each pattern that the last unit completed; a pattern may come more than once. */
  forEachAccepted(found: (pattern: number) => void): void {
    for (let w = 0; w < this.#live.length; w++) {
      eachBit(this.#live[w]! & this.#accepting[w]!, w, (p) => found(this.#automaton.patternOf[p]!));
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

  /** Moves that are neither to the next position nor staying, each distinct set of targets once. */
  #jump(live: Int32Array, next: Int32Array): void {
    const { wordsWithJumps, memberStart, memberMask, memberJump, targetStart, targetWord, targetMask } =
      this.#plan;
    this.#epoch = (this.#epoch + 1) >>> 0;
    for (let k = 0; k < wordsWithJumps.length; k++) {
      const bits = live[wordsWithJumps[k]!]!;
      if (bits === 0) continue;
      for (let m = memberStart[k]!; m < memberStart[k + 1]!; m++) {
        const jump = memberJump[m]!;
        if ((bits & memberMask[m]!) === 0 || this.#jumpedAt[jump] === this.#epoch) continue;
        this.#jumpedAt[jump] = this.#epoch;
        for (let t = targetStart[jump]!; t < targetStart[jump + 1]!; t++) {
          next[targetWord[t]!]! |= targetMask[t]!;
        }
      }
    }
  }

  #followConditions(live: Int32Array, next: Int32Array, group: number): void {
    const { conditionalFollow, groupCount, holds } = this.#automaton;
    const previous = this.#group;
    for (const p of this.#plan.conditionalPositions) {
      if ((live[p >> 5]! & (1 << (p & 31))) === 0) continue;
      for (const { position, condition } of conditionalFollow[p]!) {
        if (holds[(condition * groupCount + previous) * groupCount + group] === 1) {
          next[position >> 5]! |= 1 << (position & 31);
        }
      }
    }
  }

  /** Positions that may begin between these two groups of units, as a bitmap. */
  #initialOf(pair: number): Int32Array {
    const known = this.#initial[pair];
    if (known !== undefined) return known;
    const { words, initial, conditionalInitial, groupCount, holds } = this.#automaton;
    const bits = new Int32Array(words);
    for (const p of initial) bits[p >> 5]! |= 1 << (p & 31);
    for (const { position: p, condition } of conditionalInitial) {
      if (holds[condition * groupCount * groupCount + pair] === 1) bits[p >> 5]! |= 1 << (p & 31);
    }
    this.#initial[pair] = bits;
    return bits;
  }
}

function eachBit(bits: number, word: number, visit: (position: number) => void): void {
  for (let rest = bits; rest !== 0; rest &= rest - 1) visit((word << 5) + 31 - Math.clz32(rest & -rest));
}
