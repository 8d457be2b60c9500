import { peakLevels } from './peaks.ts';

/** A stored node: the root over leaves index·2^level … (index + 1)·2^level − 1. */
export interface NodeAddress {
  level: number;
  index: number;
}

/** A hash of a proof: a stored node, or the root over the peaks of the tree from the `spine`-th on. */
export type ProofStep = NodeAddress | { spine: number };

/**
 * Which hashes prove that leaf `seq` is in the tree of `size` leaves, in the order of RFC 6962 section 2.1.1: the
 * siblings from the leaf up. At most one is no stored node (see `spineOf`).
 */
export function inclusionPlan(seq: number, size: number): ProofStep[] {
  assertTree(size);
  if (!(Number.isSafeInteger(seq) && seq >= 0 && seq < size))
    throw new RangeError(`entry ${seq} is not among the first ${size}`);
  return siblings({ level: 0, index: seq }, size);
}

/**
 * Which hashes prove that the tree of `from` leaves is the beginning of that of `to`, in the order of RFC 6962 section
 * 2.1.2: the last complete subtree of the smaller tree (unless it is all of it), then its siblings in the larger one.
 */
export function consistencyPlan(from: number, to: number): ProofStep[] {
  assertTree(to);
  if (!(Number.isSafeInteger(from) && from >= 0 && from <= to))
    throw new RangeError(`a tree of ${from} entries is not the beginning of one of ${to}`);
  if (from === 0 || from === to) return [];
  const level = peakLevels(from).at(-1)!;
  const last = { level, index: Math.floor(from / 2 ** level) - 1 };
  const path = siblings(last, to);
  return last.index === 0 ? path : [last, ...path];
}

/** From a complete node up to the root of the tree of `size`. */
function siblings(node: NodeAddress, size: number): ProofStep[] {
  const levels = peakLevels(size);
  const steps: ProofStep[] = [];
  let leavesBefore = 0;
  let peak = 0;
  while (leavesBefore + 2 ** levels[peak]! <= node.index * 2 ** node.level) {
    leavesBefore += 2 ** levels[peak]!;
    peak++;
  }
  let { level, index } = node;
  for (; level < levels[peak]!; level++, index = Math.floor(index / 2))
    steps.push({ level, index: index % 2 === 0 ? index + 1 : index - 1 });
  if (peak + 1 < levels.length) steps.push({ spine: peak + 1 });
  for (let left = peak - 1; left >= 0; left--) {
    leavesBefore -= 2 ** levels[left]!;
    steps.push({ level: levels[left]!, index: leavesBefore / 2 ** levels[left]! });
  }
  return steps;
}

function assertTree(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) throw new RangeError(`${size} is no size of a tree`);
}
