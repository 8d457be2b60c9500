import { emptyRoot, hashBytes, nodeHash } from './hashing.ts';

/**
 * The tree over n leaves is a row of complete subtrees, one for each bit of n that is set, largest first. Their roots,
 * the peaks, are all that appending needs of what came before.
 */
export interface TreeState {
  size: number;
  /** One hash for each set bit of `size`, largest subtree first. */
  peaks: Buffer;
}

export const emptyTree: TreeState = { size: 0, peaks: Buffer.alloc(0) };

/** The levels at which `size` leaves have a peak, largest first. */
export function peakLevels(size: number): number[] {
  const levels: number[] = [];
  for (let level = Math.ceil(Math.log2(size + 1)); level >= 0; level--) {
    if (Math.floor(size / 2 ** level) % 2 === 1) levels.push(level);
  }
  return levels;
}

/**
 * Entry k is the root over the peaks from the k-th on, so the first is the root of the tree. A proof meets at most one of
 * them: what lies right of a peak and is no complete subtree.
 */
export function spineOf(peaks: Buffer): Buffer {
  const spine = Buffer.from(peaks);
  for (let at = spine.length - 2 * hashBytes; at >= 0; at -= hashBytes) {
    const right = spine.subarray(at + hashBytes, at + 2 * hashBytes);
    nodeHash(peaks.subarray(at, at + hashBytes), right).copy(spine, at);
  }
  return spine;
}

/** RFC 6962's Merkle Tree Hash of the tree. */
export function rootOf({ peaks }: TreeState): Buffer {
  return peaks.length === 0 ? emptyRoot : spineOf(peaks).subarray(0, hashBytes);
}
