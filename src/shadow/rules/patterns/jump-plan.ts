/**
 * How the simulation moves: most positions go to the next one or stay, which is a shift and an AND for
 * 32 positions at once. The rest are jumps; positions of one pattern that jump to the same targets (the
 * ends of alternatives, every copy of x in x{0,1000}y) share one jump, paid once however many are live.
 */
import type { Automaton } from './automaton.ts';

export interface JumpPlan {
  readonly toNext: Int32Array;
  readonly stay: Int32Array;
  /** Words that hold jumping positions; `memberStart[k]` is where the members of the k-th begin. */
  readonly wordsWithJumps: Uint16Array;
  readonly memberStart: Uint32Array;
  readonly memberMask: Int32Array;
  readonly memberJump: Uint32Array;
  /** Targets of jump j: word and mask from `targetStart[j]` to `targetStart[j + 1]`. */
  readonly targetStart: Uint32Array;
  readonly targetWord: Uint16Array;
  readonly targetMask: Int32Array;
  readonly conditionalPositions: Uint16Array;
  /** Word operations in jumps and conditions after each class of unit, at worst; the largest is the cost. */
  readonly costAfterClass: Uint32Array;
}

interface Jump {
  targets: Map<number, number>;
  members: Map<number, number>;
  positions: number[];
}

export function planJumps(automaton: Automaton): JumpPlan {
  const { words, positionCount, conditionalFollow } = automaton;
  const toNext = new Int32Array(words);
  const stay = new Int32Array(words);
  const jumps = new Map<string, Jump>();
  const conditional: number[] = [];
  for (let p = 0; p < positionCount; p++) {
    const far: number[] = [];
    for (let j = automaton.followStart[p]!; j < automaton.followStart[p + 1]!; j++) {
      const q = automaton.followTo[j]!;
      if (q === p + 1) toNext[p >> 5]! |= 1 << (p & 31);
      else if (q === p) stay[p >> 5]! |= 1 << (p & 31);
      else far.push(q);
    }
    if (far.length > 0) addJump(jumps, p, far);
    if (conditionalFollow[p] !== undefined) conditional.push(p);
  }
  const list = [...jumps.values()];
  return {
    toNext,
    stay,
    conditionalPositions: Uint16Array.from(conditional),
    costAfterClass: costAfterClasses(automaton, list, conditional),
    ...packMembers(list),
    ...packTargets(list),
  };
}

/**
 * Positions live after a unit all accept that unit, so what only letters reach and what only a space
 * reaches is never paid together; the bound is the dearest class, not the sum over all positions.
 */
function costAfterClasses(automaton: Automaton, jumps: readonly Jump[], conditional: readonly number[]) {
  const { words, reach, classes, conditionalFollow } = automaton;
  const costs = new Uint32Array(classes.count);
  for (let c = 0; c < classes.count; c++) {
    const accepts = (p: number) => (reach[c * words + (p >> 5)]! & (1 << (p & 31))) !== 0;
    for (const { positions, members, targets } of jumps) {
      if (positions.some(accepts)) costs[c]! += members.size + targets.size;
    }
    for (const p of conditional) if (accepts(p)) costs[c]! += 1 + conditionalFollow[p]!.length;
  }
  return costs;
}

function addJump(jumps: Map<string, Jump>, position: number, far: number[]): void {
  const key = far.sort((a, b) => a - b).join();
  let jump = jumps.get(key);
  if (jump === undefined) {
    jump = { targets: bitmap(far), members: new Map(), positions: [] };
    jumps.set(key, jump);
  }
  jump.positions.push(position);
  setBit(jump.members, position);
}

function setBit(words: Map<number, number>, position: number): void {
  words.set(position >> 5, (words.get(position >> 5) ?? 0) | (1 << (position & 31)));
}

function bitmap(positions: readonly number[]): Map<number, number> {
  const words = new Map<number, number>();
  for (const position of positions) setBit(words, position);
  return words;
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
