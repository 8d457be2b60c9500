/**
 * How the simulation moves: most positions go to the next one or stay, which is a shift and an AND for
 * 32 positions at once. A few steps further or back (the optional x of x?y, the halves of an astral letter) is a
 * shift too, where a word has such positions. The rest are jumps; positions that go to the same targets (the ends of
 * alternatives, every copy of x in x{0,1000}y) share one jump, paid once however many are live.
 */
import type { Automaton } from './automaton.ts';

export interface JumpPlan {
  readonly toNext: Int32Array;
  readonly stay: Int32Array;
  /** Words of which some positions are shifted, those positions, and how far: −31 to 31. */
  readonly shifts: Shifts;
  /** Words that hold jumping positions, and which they are; `memberStart[k]` is where the members of the k-th begin. */
  readonly wordsWithJumps: Uint16Array;
  readonly jumping: Int32Array;
  readonly memberStart: Uint32Array;
  readonly memberMask: Int32Array;
  readonly memberJump: Uint32Array;
  /** Targets of jump j: word and mask from `targetStart[j]` to `targetStart[j + 1]`. */
  readonly targetStart: Uint32Array;
  readonly targetWord: Uint16Array;
  readonly targetMask: Int32Array;
  readonly conditionalPositions: Uint16Array;
  /** What shifts, jumps and conditions may cost after each class of unit, in operations; the largest is the cost. */
  readonly costAfterClass: Uint32Array;
}

export interface Shifts {
  readonly word: Uint16Array;
  readonly mask: Int32Array;
  readonly by: Int8Array;
}

interface Jump {
  targets: Map<number, number>;
  members: Map<number, number>;
}

/** Targets that a position has at most for each to be reached by a shift of its own. */
const shiftsPerPositionMax = 3;

export function planJumps(automaton: Automaton): JumpPlan {
  const { words, positionCount, conditionalFollow } = automaton;
  const toNext = new Int32Array(words);
  const stay = new Int32Array(words);
  const shifts = new Map<number, number>();
  const jumps = new Map<string, Jump>();
  const conditional: number[] = [];
  for (let p = 0; p < positionCount; p++) {
    const all = automaton.followTo.subarray(automaton.followStart[p], automaton.followStart[p + 1]);
    const far = all.filter((q) => q !== p + 1 && q !== p);
    const near = far.length <= shiftsPerPositionMax && far.every((q) => Math.abs(q - p) < 32);
    // A jump takes all the targets, near ones too, so that the ends of (?:a|b|c)* go to one set and share it.
    if (!near) addJump(jumps, p, all);
    else for (const q of far) setBit(shifts, ((p >> 5) << 6) | (q - p + 32), p);
    if (near && all.includes(p + 1)) toNext[p >> 5]! |= 1 << (p & 31);
    if (near && all.includes(p)) stay[p >> 5]! |= 1 << (p & 31);
    if (conditionalFollow[p] !== undefined) conditional.push(p);
  }
  const list = [...jumps.values()];
  const packed = packShifts(shifts);
  return {
    toNext,
    stay,
    shifts: packed,
    conditionalPositions: Uint16Array.from(conditional),
    costAfterClass: costAfterClasses(automaton, packed, list, conditional),
    ...packMembers(list),
    ...packTargets(list),
  };
}

/**
 * Positions live after a unit all accept that unit, so what only letters reach and what only a space
 * reaches is never paid together; the bound is the dearest class, not the sum over all positions.
 */
function costAfterClasses(
  automaton: Automaton,
  shifts: Shifts,
  jumps: readonly Jump[],
  conditional: readonly number[],
) {
  const { words, reach, classes, conditionalFollow } = automaton;
  const costs = new Uint32Array(classes.count);
  for (let c = 0; c < classes.count; c++) {
    const live = (word: number, mask: number) => (reach[c * words + word]! & mask) !== 0;
    let cost = 0;
    for (let k = 0; k < shifts.word.length; k++) if (live(shifts.word[k]!, shifts.mask[k]!)) cost++;
    for (const { members, targets } of jumps) {
      let taken = 0;
      for (const [word, mask] of members) if (live(word, mask)) taken++;
      if (taken > 0) cost += taken + targets.size;
    }
    for (const p of conditional) {
      if (live(p >> 5, 1 << (p & 31))) cost += 1 + conditionalFollow[p]!.length;
    }
    costs[c] = cost;
  }
  return costs;
}

function addJump(jumps: Map<string, Jump>, position: number, targets: Uint16Array): void {
  const key = targets.toSorted().join();
  let jump = jumps.get(key);
  if (jump === undefined) {
    jump = { targets: new Map(), members: new Map() };
    for (const target of targets) setBit(jump.targets, target >> 5, target);
    jumps.set(key, jump);
  }
  setBit(jump.members, position >> 5, position);
}

/** Sets the bit of a position in the word kept under `key`. */
function setBit(words: Map<number, number>, key: number, position: number): void {
  words.set(key, (words.get(key) ?? 0) | (1 << (position & 31)));
}

function packShifts(shifts: ReadonlyMap<number, number>): Shifts {
  const keys = [...shifts.keys()].sort((a, b) => a - b);
  return {
    word: Uint16Array.from(keys, (key) => key >> 6),
    mask: Int32Array.from(keys, (key) => shifts.get(key)!),
    by: Int8Array.from(keys, (key) => (key & 63) - 32),
  };
}

function packMembers(jumps: readonly Jump[]) {
  const byWord = new Map<number, { mask: number; jump: number }[]>();
  for (const [jump, { members }] of jumps.entries()) {
    for (const [word, mask] of members) {
      const list = byWord.get(word) ?? [];
      list.push({ mask, jump });
      byWord.set(word, list);
    }
  }
  const sorted = [...byWord].sort((a, b) => a[0] - b[0]);
  const flat = sorted.flatMap(([, list]) => list);
  const starts = [0];
  for (const [, list] of sorted) starts.push(starts.at(-1)! + list.length);
  return {
    wordsWithJumps: Uint16Array.from(sorted, ([word]) => word),
    jumping: Int32Array.from(sorted, ([, list]) => list.reduce((all, { mask }) => all | mask, 0)),
    memberStart: Uint32Array.from(starts),
    memberMask: Int32Array.from(flat, ({ mask }) => mask),
    memberJump: Uint32Array.from(flat, ({ jump }) => jump),
  };
}

function packTargets(jumps: readonly Jump[]) {
  const flat = jumps.flatMap(({ targets }) => [...targets]);
  const starts = [0];
  for (const { targets } of jumps) starts.push(starts.at(-1)! + targets.size);
  return {
    targetStart: Uint32Array.from(starts),
    targetWord: Uint16Array.from(flat, ([word]) => word),
    targetMask: Int32Array.from(flat, ([, mask]) => mask),
  };
}
