/**
 * How the simulation moves: most positions go to the next one or stay, which is a shift and an AND for
 * 32 positions at once. A few steps further or back (the optional x of x?y, the halves of an astral letter) is a
 * shift too, where a word has such positions. The rest are jumps; positions that go to the same targets (the ends of
 * alternatives, every copy of x in x{0,1000}y) share one jump, paid once however many are live.
 */
import type { Automaton, Conditional } from './automaton.ts';

export interface JumpPlan {
  readonly toNext: Int32Array;
  readonly stay: Int32Array;
  readonly always: Moves;
  /** Moves that are allowed in some contexts only. */
  readonly under: readonly { readonly condition: number; readonly moves: Moves }[];
  /** Operations that all moves may take after each class of unit; the largest is the cost. */
  readonly costAfterClass: Uint32Array;
}

/** Some words of a bitmap. */
export interface WordMasks {
  readonly word: Uint16Array;
  readonly mask: Int32Array;
}

export interface Moves {
  /** Words of which some positions are shifted, those positions, and how far: −31 to 31. */
  readonly shifts: Shifts;
  /** Words that hold jumping positions, and which they are; `memberStart[k]` is where the members of the k-th begin. */
  readonly jumping: WordMasks;
  readonly memberStart: Uint32Array;
  readonly memberMask: Int32Array;
  readonly memberJump: Uint32Array;
  /** Targets of jump j: word and mask from `targetStart[j]` to `targetStart[j + 1]`. */
  readonly targetStart: Uint32Array;
  readonly targetWord: Uint16Array;
  readonly targetMask: Int32Array;
}

export interface Shifts extends WordMasks {
  readonly by: Int8Array;
}

interface Jump {
  readonly targets: readonly number[];
  readonly positions: number[];
}

interface PackedJump {
  readonly targets: WordMasks;
  readonly members: WordMasks;
}

export function planJumps(automaton: Automaton): JumpPlan {
  const { words, positionCount, conditionalFollow, followStart, followTo } = automaton;
  const toNext = new Int32Array(words);
  const stay = new Int32Array(words);
  const always = new Grouped();
  const under = new Map<number, Grouped>();
  for (let p = 0; p < positionCount; p++) {
    const far: number[] = [];
    for (let j = followStart[p]!; j < followStart[p + 1]!; j++) {
      if (followTo[j] === p + 1) toNext[p >> 5]! |= 1 << (p & 31);
      else if (followTo[j] === p) stay[p >> 5]! |= 1 << (p & 31);
      else far.push(followTo[j]!);
    }
    // With many targets the near ones too are in the set, so that the ends of (?:a|b|c)* all share one jump.
    always.add(p, far.length > 2 ? [...followTo.subarray(followStart[p], followStart[p + 1])] : far);
    for (const [condition, targets] of byCondition(conditionalFollow[p] ?? [])) {
      const grouped = under.get(condition) ?? new Grouped();
      under.set(condition, grouped.add(p, targets));
    }
  }
  const costs = new Uint32Array(automaton.classes.count);
  return {
    toNext,
    stay,
    always: packMoves(automaton, always, costs),
    under: [...under].map(([condition, grouped]) => ({
      condition,
      moves: packMoves(automaton, grouped, costs),
    })),
    costAfterClass: costs,
  };
}

/** Positions that go to the same targets, together. */
class Grouped {
  readonly jumps = new Map<string, Jump>();

  add(position: number, targets: number[]): this {
    if (targets.length === 0) return this;
    targets.sort((a, b) => a - b);
    const key = targets.join();
    const jump = this.jumps.get(key);
    if (jump === undefined) this.jumps.set(key, { targets, positions: [position] });
    else jump.positions.push(position);
    return this;
  }
}

function byCondition(arrows: readonly Conditional[]): Map<number, number[]> {
  const targets = new Map<number, number[]>();
  for (const { position, condition } of arrows) {
    targets.set(condition, [...(targets.get(condition) ?? []), position]);
  }
  return targets;
}

function packMoves(automaton: Automaton, grouped: Grouped, costs: Uint32Array): Moves {
  const { shifts, jumps } = preferShifts([...grouped.jumps.values()]);
  addCosts(automaton, shifts, jumps, costs);
  return { shifts, ...packMembers(jumps), ...packTargets(jumps) };
}

/** Shifts in place of those jumps that take more operations than the shifts that are not there already. */
function preferShifts(groups: readonly Jump[]): { shifts: Shifts; jumps: PackedJump[] } {
  const shifts = new Map<number, number>();
  const jumps: PackedJump[] = [];
  for (const { targets, positions } of groups) {
    const jump = { targets: wordMasks(targets), members: wordMasks(positions) };
    const cost = jump.targets.word.length + jump.members.word.length;
    const keys = shiftKeys(targets, positions, cost, shifts);
    if (keys === null) jumps.push(jump);
    else for (const [p, key] of keys) setBit(shifts, key, p);
  }
  return { shifts: packShifts(shifts), jumps };
}

/** The shifts that would do for a jump, as pairs of position and key; null where they are more than `newMax`. */
function shiftKeys(
  targets: readonly number[],
  positions: readonly number[],
  newMax: number,
  known: ReadonlyMap<number, number>,
): [position: number, key: number][] | null {
  const keys: [number, number][] = [];
  const added = new Set<number>();
  for (const p of positions) {
    for (const q of targets) {
      if (Math.abs(q - p) > 31) return null;
      const key = ((p >> 5) << 6) | (q - p + 32);
      if (!known.has(key)) added.add(key);
      if (added.size > newMax) return null;
      keys.push([p, key]);
    }
  }
  return keys;
}

/**
 * Positions live after a unit all accept that unit, so what only letters reach and what only a space
 * reaches is never paid together; the bound is the dearest class, not the sum over all positions.
 */
function addCosts(
  automaton: Automaton,
  shifts: Shifts,
  jumps: readonly PackedJump[],
  costs: Uint32Array,
): void {
  const { words, reach } = automaton;
  for (let c = 0; c < costs.length; c++) {
    const live = (word: number, mask: number) => (reach[c * words + word]! & mask) !== 0;
    for (let k = 0; k < shifts.word.length; k++) if (live(shifts.word[k]!, shifts.mask[k]!)) costs[c]!++;
    for (const { members, targets } of jumps) {
      let taken = 0;
      for (let k = 0; k < members.word.length; k++) if (live(members.word[k]!, members.mask[k]!)) taken++;
      if (taken > 0) costs[c]! += taken + targets.word.length;
    }
  }
}

/** The positions as the words of a bitmap that are not empty. */
export function wordMasks(positions: Iterable<number>): WordMasks {
  const words = new Map<number, number>();
  for (const position of positions) setBit(words, position >> 5, position);
  return { word: Uint16Array.from(words.keys()), mask: Int32Array.from(words.values()) };
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

function packMembers(jumps: readonly PackedJump[]) {
  const byWord = new Map<number, { mask: number; jump: number }[]>();
  for (const [jump, { members }] of jumps.entries()) {
    for (const [k, word] of members.word.entries()) {
      const list = byWord.get(word) ?? [];
      list.push({ mask: members.mask[k]!, jump });
      byWord.set(word, list);
    }
  }
  const sorted = [...byWord].sort((a, b) => a[0] - b[0]);
  const flat = sorted.flatMap(([, list]) => list);
  const starts = [0];
  for (const [, list] of sorted) starts.push(starts.at(-1)! + list.length);
  return {
    jumping: {
      word: Uint16Array.from(sorted, ([word]) => word),
      mask: Int32Array.from(sorted, ([, list]) => list.reduce((all, { mask }) => all | mask, 0)),
    },
    memberStart: Uint32Array.from(starts),
    memberMask: Int32Array.from(flat, ({ mask }) => mask),
    memberJump: Uint32Array.from(flat, ({ jump }) => jump),
  };
}

function packTargets(jumps: readonly PackedJump[]) {
  const starts = [0];
  for (const { targets } of jumps) starts.push(starts.at(-1)! + targets.word.length);
  return {
    targetStart: Uint32Array.from(starts),
    targetWord: Uint16Array.from(jumps.flatMap(({ targets }) => [...targets.word])),
    targetMask: Int32Array.from(jumps.flatMap(({ targets }) => [...targets.mask])),
  };
}
