import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { peakLevels, rootOf } from '../tree/peaks.ts';
import { NodeMissingError, readPeaks } from '../tree/read-nodes.ts';
import { isAsStored } from './classify.ts';
import { readLogState } from './log-state.ts';
import type { TrustedCheckpoint } from './trusted.ts';

export interface Break {
  /** Entries before it agree with what was published (or, `in: 'entries'`, with the stored tree). */
  from: number;
  /** The first size from which it is known to disagree. */
  to: number;
  /** Whether the stored tree leaves the published history there, or the entries leave the stored tree. */
  in: 'tree' | 'entries';
}

export interface BreakSearch {
  found: Break | null;
  /** Entries and tree nodes that were read. */
  reads: number;
}

/**
 * Finds where a log that was rewritten, shifted or cut leaves its history, by bisection: a rewrite changes every root after
 * it, so the sizes of published checkpoints divide into those whose root the stored tree still has and those it has not;
 * and a deletion or insertion moves every entry after it away from its leaf hash in the tree. A million entries take some
 * hundred reads. A single entry edited in place changes nothing after it and is found by reading all (`verifyLog`).
 *
 * @param trusted a checkpoint from outside.
 */
export async function findBreak(
  client: ClientBase,
  trusted: readonly TrustedCheckpoint[],
): Promise<BreakSearch> {
  const search: BreakSearch = { found: null, reads: 0 };
  search.found = (await breakInTree(client, trusted, search)) ?? (await breakInEntries(client, search));
  return search;
}

async function breakInTree(
  client: ClientBase,
  trusted: readonly TrustedCheckpoint[],
  search: BreakSearch,
): Promise<Break | null> {
  const { rows } = await client.query<{ size: number; root_hash: Buffer }>(
    sql(import.meta.url, './sql/list-checkpoint-roots.sql'),
  );
  const roots = [...rows, ...trusted.map(({ size, rootHash }) => ({ size, root_hash: rootHash }))].sort(
    (a, b) => a.size - b.size,
  );
  const broken = await firstWhere(roots.length, async (i) => {
    const { size, root_hash: published } = roots[i]!;
    search.reads += peakLevels(size).length;
    return !(await hasRoot(client, size, published));
  });
  if (broken === roots.length) return null;
  return { from: roots[broken - 1]?.size ?? 0, to: roots[broken]!.size, in: 'tree' };
}

async function hasRoot(client: ClientBase, size: number, published: Buffer): Promise<boolean> {
  try {
    return rootOf({ size, peaks: await readPeaks(client, size) }).equals(published);
  } catch (error) {
    if (error instanceof NodeMissingError) return false;
    throw error;
  }
}

async function breakInEntries(client: ClientBase, search: BreakSearch): Promise<Break | null> {
  const { first_seq: first, node_count: leaves } = await readLogState(client);
  const count = Math.max(0, leaves - first);
  const broken = await firstWhere(count, async (i) => {
    search.reads += 2;
    return !(await isAsStored(client, first + i));
  });
  return broken === count ? null : { from: first + broken, to: first + broken + 1, in: 'entries' };
}

/** The first index for which `holds`, where it holds for all after the first; `count` when for none. */
async function firstWhere(count: number, holds: (i: number) => Promise<boolean>): Promise<number> {
  if (count === 0 || !(await holds(count - 1))) return count;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (await holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
