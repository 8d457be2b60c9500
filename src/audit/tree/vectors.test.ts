import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { appendLeaves } from './append-leaves.ts';
import { leafHash } from './hashing.ts';
import { emptyTree, rootOf } from './peaks.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

const folder = new URL('../../../../shared/vectors/merkle/', import.meta.url);
const absent = !existsSync(folder);
if (absent) console.warn('skipped: the shared Merkle vectors are not beside this checkout');

const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const bytes = (text: string | null) => Buffer.from(text ?? '', 'base64');

interface InclusionProbe {
  desc: string;
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}

interface ConsistencyProbe {
  desc: string;
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

describe.skipIf(absent)('RFC 6962 vectors', () => {
  test('the tree at every size', () => {
    const { leaves_hex, root_hex_by_size } = read('tree.json') as Record<string, string[]>;
    const hashes = leaves_hex!.map((hex) => leafHash(Buffer.from(hex, 'hex')));
    root_hex_by_size!.forEach((root, size) => {
      const { tree } = appendLeaves(emptyTree, Buffer.concat(hashes.slice(0, size)));
      expect(rootOf(tree).toString('hex')).toBe(root);
    });
  });

  test('inclusion proofs, good and bad', () => {
    const probes = read('inclusion.json') as InclusionProbe[];
    expect(probes.length).toBeGreaterThan(20);
    for (const probe of probes) {
      const { leafIdx, treeSize, leafHash: leaf, proof, root } = probe;
      const verdict = verifyInclusion(leafIdx, treeSize, bytes(leaf), (proof ?? []).map(bytes), bytes(root));
      expect(verdict, probe.desc).toBe(!probe.wantErr);
    }
  });

  test('consistency proofs, good and bad', () => {
    const probes = read('consistency.json') as ConsistencyProbe[];
    expect(probes.length).toBeGreaterThan(15);
    for (const probe of probes) {
      const { size1, size2, root1, root2, proof } = probe;
      const verdict = verifyConsistency(size1, size2, bytes(root1), bytes(root2), (proof ?? []).map(bytes));
      expect(verdict, probe.desc).toBe(!probe.wantErr);
    }
  });
});
