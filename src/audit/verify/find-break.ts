import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { findCheckpoint } from '../checkpoints/find-checkpoint.ts';
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
  const agrees = async (size: number, root: Buffer) => {
    search.reads += peakLevels(size).length;
    return hasRoot(client, size, root);
  };
  let to: number | null = null;
  let from = 0;
  for (const { size, rootHash } of [...trusted].sort((a, b) => a.size - b.size)) {
    if (await agrees(size, rootHash)) from = size;
    else {
      to = size;
      break;
    }
  }
  // Published checkpoints between what agrees and what does not, or up to the newest.
  let high = to ?? (await newestSize(client));
  for (let low = from + 1; low <= high; ) {
    const middle = to === null ? high : Math.floor((low + high) / 2);
    const next = await nextCheckpoint(client, middle, high);
    if (next !== null && !(await agrees(next.size, next.root_hash))) {
      to = next.size;
      high = middle - 1;
    } else if (to === null) {
      return null; // the newest agrees, and with it all before
    } else {
      if (next !== null) from = next.size;
      low = (next?.size ?? high) + 1;
    }
  }
  return to === null ? null : { from, to, in: 'tree' };
}

interface PublishedRoot {
  size: number;
  root_hash: Buffer;
}

/** The first checkpoint of `from` to `to` entries. */
async function nextCheckpoint(client: ClientBase, from: number, to: number): Promise<PublishedRoot | null> {
  const statement = sql(import.meta.url, './sql/next-checkpoint.sql');
  return (await client.query<PublishedRoot>(statement, [from, to])).rows[0] ?? null;
}

async function newestSize(client: ClientBase): Promise<number> {
  return (await findCheckpoint(client))?.size ?? 0;
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
