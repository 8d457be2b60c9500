import { hashBytes, nodeHash } from './hashing.ts';

/**
 * Whether `proof` shows that `leafHash` is leaf `seq` of the tree of `size` leaves with this root (RFC 9162 section
 * 2.1.3.2). Anything malformed is simply no proof.
 */
export function verifyInclusion(
  seq: number,
  size: number,
  leafHash: Uint8Array,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!isSize(size) || !Number.isSafeInteger(seq) || seq < 0 || seq >= size) return false;
  if (![leafHash, root, ...proof].every(isHash)) return false;
  let index = seq;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, half(last)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && equal(hash, root);
}

/**
 * Whether `proof` shows that the tree of `from` leaves is the beginning of the tree of `to` leaves (RFC 9162 section
 * 2.1.4.2). The empty tree is the beginning of any, with an empty proof.
 */
export function verifyConsistency(
  from: number,
  to: number,
  fromRoot: Uint8Array,
  toRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!isSize(from) || !isSize(to) || from > to || ![fromRoot, toRoot, ...proof].every(isHash)) return false;
  if (from === to) return proof.length === 0 && equal(fromRoot, toRoot);
  if (from === 0) return proof.length === 0;
  // A tree that is one complete subtree is its own first hash.
  const path = isPowerOfTwo(from) ? [fromRoot, ...proof] : [...proof];
  const first = path.shift();
  if (first === undefined) return false;
  let index = from - 1;
  let last = to - 1;
  while (index % 2 === 1) [index, last] = [half(index), half(last)];
  let smaller = first;
  let larger = first;
  for (const hash of path) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      smaller = nodeHash(hash, smaller);
      larger = nodeHash(hash, larger);
      while (index % 2 === 0 && index !== 0) [index, last] = [index / 2, half(last)];
    } else {
      larger = nodeHash(larger, hash);
    }
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && equal(smaller, fromRoot) && equal(larger, toRoot);
}

/** Beyond 2⁵³ numbers are no longer exact, and no log of ours gets there. */
function isSize(size: number): boolean {
  return Number.isSafeInteger(size) && size >= 0;
}

function isHash(bytes: Uint8Array): boolean {
  return bytes.length === hashBytes;
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(Math.log2(n)) && 2 ** Math.log2(n) === n;
}

function half(n: number): number {
  return Math.floor(n / 2);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
