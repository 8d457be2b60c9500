import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { hashBytes } from './hashing.ts';
import { peakLevels, spineOf } from './peaks.ts';
import type { NodeAddress, ProofStep } from './proof-plan.ts';

export type Database = Pool | ClientBase;

/** A node that must be there and is not: the stored tree was cut or never reached that far. */
export class NodeMissingError extends Error {
  readonly address: NodeAddress;

  constructor(address: NodeAddress) {
    super(`node ${address.index} of level ${address.level} of the audit tree is not stored`);
    this.name = 'NodeMissingError';
    this.address = address;
  }
}

/** @throws NodeMissingError */
export async function readNodes(db: Database, nodes: readonly NodeAddress[]): Promise<Buffer[]> {
  if (nodes.length === 0) return [];
  const { rows } = await db.query<{ position: number; hash: Buffer }>(
    sql(import.meta.url, './sql/read-nodes.sql'),
    [nodes.map(({ level }) => level), nodes.map(({ index }) => index)],
  );
  const found = new Map(rows.map(({ position, hash }) => [position, hash]));
  return nodes.map((address, i) => {
    const hash = found.get(i + 1);
    if (hash === undefined) throw new NodeMissingError(address);
    return hash;
  });
}

/** The peaks of the tree as it was at `size`. */
export async function readPeaks(db: Database, size: number): Promise<Buffer> {
  const nodes = peakLevels(size).map((level) => ({ level, index: Math.floor(size / 2 ** level) - 1 }));
  return Buffer.concat(await readNodes(db, nodes));
}

/**
 * The hashes of a proof in the tree of `size` leaves. Where `size` is a checkpoint's, as many hashes are read as the proof
 * has, 20 at a million entries; else the peaks of that size come on top.
 *
 * @throws NodeMissingError
 */
export async function readProof(db: Database, plan: readonly ProofStep[], size: number): Promise<Buffer[]> {
  const stored = plan.filter((step) => 'level' in step);
  const spine = plan.find((step) => 'spine' in step);
  const [nodes, rest] = [
    await readNodes(db, stored),
    spine === undefined ? undefined : await readSpine(db, size, spine.spine),
  ];
  const remaining = nodes.values();
  return plan.map((step) => ('level' in step ? remaining.next().value! : rest!));
}

async function readSpine(db: Database, size: number, peak: number): Promise<Buffer> {
  const { rows } = await db.query<{ hash: Buffer }>(sql(import.meta.url, './sql/read-spine.sql'), [
    size,
    peak * hashBytes + 1,
  ]);
  const noted = rows[0]?.hash;
  if (noted?.length === hashBytes) return noted;
  return spineOf(await readPeaks(db, size)).subarray(peak * hashBytes, (peak + 1) * hashBytes);
}
