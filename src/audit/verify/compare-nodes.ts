import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { NodeRun } from '../tree/append-leaves.ts';
import { hashBytes } from '../tree/hashing.ts';

interface StoredRun {
  level: number;
  first_index: number;
  node_count: number;
  hashes: Buffer;
}

/** A computed node that is not stored like that; the first by the leaves that lie under it. */
export interface NodeMismatch {
  level: number;
  index: number;
  /** The first leaf under it. */
  seq: number;
}

/** Compares computed nodes with the stored ones, a query for all levels together. */
export async function findNodeMismatch(
  client: ClientBase,
  computed: readonly NodeRun[],
): Promise<NodeMismatch | null> {
  const { rows } = await client.query<StoredRun>(sql(import.meta.url, './sql/read-node-runs.sql'), [
    computed.map(({ level }) => level),
    computed.map(({ firstIndex }) => firstIndex),
    computed.map(({ firstIndex, hashes }) => firstIndex + hashes.length / hashBytes),
  ]);
  const byLevel = Map.groupBy(rows, ({ level }) => level);
  let first: NodeMismatch | null = null;
  for (const run of computed) {
    const index = mismatchIn(run, byLevel.get(run.level) ?? []);
    if (index === null) continue;
    const seq = index * 2 ** run.level;
    if (first === null || seq < first.seq) first = { level: run.level, index, seq };
  }
  return first;
}

/** @returns the index of the first node that differs, is missing or is there twice. */
function mismatchIn({ firstIndex, hashes }: NodeRun, stored: readonly StoredRun[]): number | null {
  const end = firstIndex + hashes.length / hashBytes;
  let next = firstIndex;
  for (const run of stored) {
    const from = Math.max(run.first_index, firstIndex);
    const to = Math.min(run.first_index + run.node_count, end);
    if (from >= to) continue;
    if (from !== next) return Math.min(from, next);
    const theirs = run.hashes.subarray(
      hashBytes * (from - run.first_index),
      hashBytes * (to - run.first_index),
    );
    const ours = hashes.subarray(hashBytes * (from - firstIndex), hashBytes * (to - firstIndex));
    if (!theirs.equals(ours)) return from + firstDifference(ours, theirs);
    next = to;
  }
  return next < end ? next : null;
}

function firstDifference(ours: Buffer, theirs: Buffer): number {
  let i = 0;
  while (i < ours.length && ours[i] === theirs[i]) i++;
  return Math.floor(i / hashBytes);
}
