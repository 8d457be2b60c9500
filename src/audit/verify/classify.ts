import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { readLeaf } from '../leaf/read-leaf.ts';
import { leafHash } from '../tree/hashing.ts';
import { NodeMissingError, readNodes } from '../tree/read-nodes.ts';
import type { Finding } from './finding.ts';

/**
 * Says what was done at the first entry that does not verify, by comparing what stands around it with the tree's leaf
 * hashes: an entry found one place further down means that one was inserted before it, one place up that one was deleted.
 */
export async function classify(client: ClientBase, seq: number, detail: string): Promise<Finding> {
  const entries = await readLeaves(client, [seq, seq + 1]);
  const last = await lastSeq(client);
  const here = entries.get(seq) ?? [];
  if (here.length === 0) return { seq, kind: seq > last ? 'truncated' : 'deleted', detail };
  if (here.length > 1) return { seq, kind: 'inserted', detail: `there are ${here.length} entries ${seq}` };
  const actual = leafHash(here[0]!);
  const expected = await expectedHash(client, seq);
  if (expected === null || actual.equals(expected)) return { seq, kind: 'edited', detail };
  if (isHash(await expectedHash(client, seq + 1), actual)) return { seq, kind: 'deleted', detail };
  const following = entries.get(seq + 1) ?? [];
  if (following.some((leaf) => leafHash(leaf).equals(expected))) return { seq, kind: 'inserted', detail };
  const claimed = readLeaf(here[0]!)?.seq;
  if (claimed !== undefined && claimed !== seq && isHash(await expectedHash(client, claimed), actual))
    return { seq, kind: 'reordered', detail };
  if (last > seq && !(await isAsStored(client, last))) return { seq, kind: 'forked', detail };
  return { seq, kind: 'edited', detail };
}

/** What the stored tree says an entry's leaf hash is. */
export async function expectedHash(client: ClientBase, seq: number): Promise<Buffer | null> {
  try {
    return (await readNodes(client, [{ level: 0, index: seq }]))[0]!;
  } catch (error) {
    if (error instanceof NodeMissingError) return null;
    throw error;
  }
}

/** Whether an entry is there once and hashes to what the tree says. */
export async function isAsStored(client: ClientBase, seq: number): Promise<boolean> {
  const leaves = (await readLeaves(client, [seq])).get(seq) ?? [];
  return leaves.length === 1 && isHash(await expectedHash(client, seq), leafHash(leaves[0]!));
}

export async function lastSeq(client: ClientBase): Promise<number> {
  const { rows } = await client.query<{ seq: number | null }>(
    sql(import.meta.url, './sql/read-last-seq.sql'),
  );
  return rows[0]!.seq ?? -1;
}

function isHash(expected: Buffer | null, actual: Buffer): boolean {
  return expected?.equals(actual) ?? false;
}

async function readLeaves(client: ClientBase, seqs: number[]): Promise<Map<number, Buffer[]>> {
  const { rows } = await client.query<{ seq: number; leaf: Buffer }>(
    sql(import.meta.url, './sql/read-entries-near.sql'),
    [seqs],
  );
  const leaves = new Map<number, Buffer[]>();
  for (const { seq, leaf } of rows) leaves.set(seq, [...(leaves.get(seq) ?? []), leaf]);
  return leaves;
}
