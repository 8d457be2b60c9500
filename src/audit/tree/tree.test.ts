import { expect, test } from 'vitest';
import { appendLeaves } from './append-leaves.ts';
import { emptyRoot, leafHash, nodeHash } from './hashing.ts';
import { emptyTree, rootOf, spineOf, type TreeState } from './peaks.ts';
import { consistencyPlan, inclusionPlan, type ProofStep } from './proof-plan.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

/** RFC 6962 section 2.1, word for word, with nothing shared with the code under test but the two hashes. */
function naiveRoot(leaves: Buffer[]): Buffer {
  if (leaves.length === 0) return emptyRoot;
  if (leaves.length === 1) return leaves[0]!;
  const k = split(leaves.length);
  return nodeHash(naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

function naivePath(m: number, leaves: Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return m < k
    ? [...naivePath(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naivePath(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

function naiveSubproof(m: number, leaves: Buffer[], whole: boolean): Buffer[] {
  if (m === leaves.length) return whole ? [] : [naiveRoot(leaves)];
  const k = split(leaves.length);
  return m <= k
    ? [...naiveSubproof(m, leaves.slice(0, k), whole), naiveRoot(leaves.slice(k))]
    : [...naiveSubproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

const count = 256;
const leaves = Array.from({ length: count }, (_, i) => leafHash(Buffer.from(`leaf ${i}`)));

/** Every tree up to `count` leaves, grown by batches whose sizes cycle, and its nodes as they are stored. */
function grow(batch: (n: number) => number) {
  const nodes = new Map<string, Buffer>();
  const trees: TreeState[] = [emptyTree];
  for (let tree = emptyTree, n = 0; tree.size < count; n++) {
    const next = Math.min(count, tree.size + batch(n));
    const { tree: grown, runs } = appendLeaves(tree, Buffer.concat(leaves.slice(tree.size, next)));
    for (const { level, firstIndex, hashes } of runs) {
      for (let i = 0; i < hashes.length / 32; i++) {
        expect(nodes.has(`${level}/${firstIndex + i}`), 'a node is made once').toBe(false);
        nodes.set(`${level}/${firstIndex + i}`, hashes.subarray(32 * i, 32 * i + 32));
      }
    }
    tree = grown;
    trees[tree.size] = tree;
  }
  return { nodes, trees };
}

test('roots of 0 to 256 leaves are those of a naive recursion, in whatever batches they came', () => {
  for (const batch of [() => 1, (n: number) => 1 + (n % 13), () => 100, () => 256]) {
    const { trees } = grow(batch);
    trees.forEach((tree, size) => {
      expect(rootOf(tree)).toEqual(naiveRoot(leaves.slice(0, size)));
    });
  }
});

test('every inclusion and consistency proof up to 256 leaves is the naive one, and verifies', () => {
  const { nodes, trees } = grow(() => 1);
  const hashes = (plan: ProofStep[], size: number) =>
    plan.map((step) =>
      'level' in step
        ? nodes.get(`${step.level}/${step.index}`)!
        : spineOf(trees[size]!.peaks).subarray(32 * step.spine, 32 * step.spine + 32),
    );
  for (let size = 1; size <= count; size += size < 70 ? 1 : 31) {
    const root = rootOf(trees[size]!);
    const known = leaves.slice(0, size);
    for (let seq = 0; seq < size; seq++) {
      const proof = hashes(inclusionPlan(seq, size), size);
      expect(proof).toEqual(naivePath(seq, known));
      expect(verifyInclusion(seq, size, leaves[seq]!, proof, root)).toBe(true);
      expect(verifyInclusion(seq, size, leaves[(seq + 1) % count]!, proof, root)).toBe(false);
    }
    for (let from = 1; from <= size; from++) {
      const proof = hashes(consistencyPlan(from, size), size);
      const fromRoot = rootOf(trees[from]!);
      expect(proof).toEqual(naiveSubproof(from, known, true));
      expect(verifyConsistency(from, size, fromRoot, root, proof)).toBe(true);
      if (from > 1) expect(verifyConsistency(from, size, rootOf(trees[from - 1]!), root, proof)).toBe(false);
    }
  }
});

test('a proof at a million entries needs at most 20 hashes', () => {
  const million = 1_000_000;
  for (const seq of [0, 1, 524_287, 524_288, 999_423, 999_424, 999_999])
    expect(inclusionPlan(seq, million).length).toBeLessThanOrEqual(20);
  for (const from of [1, 2, 524_288, 999_424, 1_000_000])
    expect(consistencyPlan(from, million).length).toBeLessThanOrEqual(20);
  // By RFC 6962 the proof from an odd size names the last leaf too.
  expect(consistencyPlan(3, million).length).toBe(21);
});

test('the plan for what is not in the tree is refused', () => {
  expect(() => inclusionPlan(5, 5)).toThrow(RangeError);
  expect(() => inclusionPlan(-1, 5)).toThrow(RangeError);
  expect(() => consistencyPlan(6, 5)).toThrow(RangeError);
  expect(consistencyPlan(0, 5)).toEqual([]);
});
