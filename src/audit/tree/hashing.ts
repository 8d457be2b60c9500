import { hash } from 'node:crypto';

/** SHA-256, as RFC 6962 has it. */
export const hashBytes = 32;

/**
 * SHA-256 of `input` into `target` at `offset`. By way of a latin1 string: 0.4 µs for 65 bytes, where taking the digest as
 * a Buffer costs 1.8 µs and `createHash` 1.5 µs (Node 24), and an entry takes five of them.
 */
export function hashInto(input: Uint8Array, target: Buffer, offset: number): void {
  target.write(hash('sha256', input, 'binary'), offset, hashBytes, 'latin1');
}

/** SHA-256(0x00 ‖ leaf), RFC 6962 section 2.1. */
export function leafHash(leaf: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(1 + leaf.length);
  input[0] = 0;
  input.set(leaf, 1);
  const result = Buffer.allocUnsafe(hashBytes);
  hashInto(input, result, 0);
  return result;
}

const nodeInput = Buffer.alloc(1 + 2 * hashBytes, 1);

/** SHA-256(0x01 ‖ left ‖ right) of two hashes that stand one after the other at `pair` in `source`, into `target`. */
export function hashPairInto(source: Buffer, pair: number, target: Buffer, offset: number): void {
  source.copy(nodeInput, 1, pair, pair + 2 * hashBytes);
  hashInto(nodeInput, target, offset);
}

/** SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + hashBytes);
  const result = Buffer.allocUnsafe(hashBytes);
  hashInto(nodeInput, result, 0);
  return result;
}

/** The root of a tree without leaves: SHA-256 of nothing. */
export const emptyRoot = Buffer.from(hash('sha256', '', 'hex'), 'hex');

/** chain_n = SHA-256(chain_{n−1} ‖ leaf_hash_n) on raw bytes. */
export function chainHash(previous: Uint8Array, leaf: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(2 * hashBytes);
  input.set(previous, 0);
  input.set(leaf, hashBytes);
  const result = Buffer.allocUnsafe(hashBytes);
  hashInto(input, result, 0);
  return result;
}

/** chain_{−1}. */
export const chainStart = Buffer.alloc(hashBytes);
