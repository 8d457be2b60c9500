import { hashBytes, hashPairInto } from './hashing.ts';
import { peakLevels, type TreeState } from './peaks.ts';

/** Consecutive nodes of one level. Node (level, index) is the root over leaves index·2^level … (index + 1)·2^level − 1. */
export interface NodeRun {
  level: number;
  firstIndex: number;
  hashes: Buffer;
}

export interface Appended {
  tree: TreeState;
  /** Every node that became complete, leaf hashes (level 0) included: what is to be stored. */
  runs: NodeRun[];
}

/**
 * Appends leaves to a tree of which only the peaks are known: n leaves cost n interior hashes in the long run.
 *
 * @param leafHashes 32 bytes each, one after another.
 */
export function appendLeaves(tree: TreeState, leafHashes: Buffer): Appended {
  const peaks = peaksByLevel(tree);
  const runs: NodeRun[] = [];
  let run: NodeRun = { level: 0, firstIndex: tree.size, hashes: leafHashes };
  while (run.hashes.length > 0) {
    runs.push(run);
    run = parentsOf(run, peaks.get(run.level));
  }
  const size = tree.size + leafHashes.length / hashBytes;
  for (const { level, hashes } of runs) peaks.set(level, hashes.subarray(-hashBytes));
  const levels = peakLevels(size);
  return { tree: { size, peaks: Buffer.concat(levels.map((level) => peaks.get(level)!)) }, runs };
}

/** The parents that a run completes; the left child of the first may be the old peak of the run's level. */
function parentsOf(run: NodeRun, peak: Buffer | undefined): NodeRun {
  const continues = run.firstIndex % 2 === 1;
  const children = continues ? Buffer.concat([peak!, run.hashes]) : run.hashes;
  const pairs = Math.floor(children.length / (2 * hashBytes));
  const hashes = Buffer.allocUnsafe(pairs * hashBytes);
  for (let i = 0; i < pairs; i++) hashPairInto(children, i * 2 * hashBytes, hashes, i * hashBytes);
  return { level: run.level + 1, firstIndex: Math.floor(run.firstIndex / 2), hashes };
}

function peaksByLevel({ size, peaks }: TreeState): Map<number, Buffer> {
  return new Map(
    peakLevels(size).map((level, i) => [level, peaks.subarray(i * hashBytes, (i + 1) * hashBytes)]),
  );
}
