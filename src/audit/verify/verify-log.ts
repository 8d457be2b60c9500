import type { ClientBase, Pool } from 'pg';
import { allowLongTransaction } from '../../platform/database/allow-long-transaction.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import type { VerifierKey } from '../checkpoints/note-key.ts';
import { appendLeaves } from '../tree/append-leaves.ts';
import { hashBytes } from '../tree/hashing.ts';
import { rootOf, type TreeState } from '../tree/peaks.ts';
import { NodeMissingError } from '../tree/read-nodes.ts';
import { type CheckpointCheck, checkCheckpoints } from './check-checkpoints.ts';
import { checkEnd } from './check-end.ts';
import { type CheckEntry, createEntryCheck } from './check-entry.ts';
import { classify } from './classify.ts';
import { findNodeMismatch } from './compare-nodes.ts';
import { readEntryRows } from './entry-rows.ts';
import type { Finding } from './finding.ts';
import { readLogState, readStart } from './log-state.ts';
import type { TrustedCheckpoint } from './trusted.ts';

export interface VerifyOptions {
  /** The first entry; the first that is still in the log when absent. */
  from?: number | undefined;
  /** The entry after the last; all when absent. */
  to?: number | undefined;
  /** The log's public keys; without them checkpoints are compared and their signatures not checked. */
  logKeys?: readonly VerifierKey[] | undefined;
  /** Checkpoints that were seen elsewhere: by a witness, in a file, by whoever asks. */
  trusted?: readonly TrustedCheckpoint[] | undefined;
  /** Checks the HMACs too. */
  hmacKey?: Buffer | undefined;
}

export interface Verdict {
  valid: boolean;
  /** Entries that verified. */
  checked: number;
  finding: Finding | null;
  /** The root over the entries up to `to`, computed; null when something is wrong. */
  root: Buffer | null;
  /** Entries in the log, by its head. */
  size: number;
}

/** So many are read by one COPY and compared with the stored tree by one query: 10 MB in passing, 0.5 MB of hashes. */
const entriesAtOnce = 16_384;

/**
 * Verifies entries against themselves, the chain, the stored tree, every published checkpoint and what others saw, reading
 * each entry once. Memory is bounded but for one small object a tenant.
 *
 * Where the log ends is read once at the start; what lies before never changes, so no snapshot is held while the entries
 * are read: it would keep the outbox from being vacuumed, and with it slow the sequencer down, for as long.
 */
export function verifyLog(pool: Pool, options: VerifyOptions = {}): Promise<Verdict> {
  return withTransaction(pool, async (client) => {
    await allowLongTransaction(client);
    const { first_seq: firstSeq } = await readLogState(client);
    const verdict = await verifyWithin(client, options);
    // A month that was retired meanwhile is missing from the log and is not a fault of it.
    const isRetired = !verdict.valid && (await readLogState(client)).first_seq !== firstSeq;
    return isRetired ? verifyWithin(client, options) : verdict;
  });
}

/** What is carried from one stretch of entries to the next. */
interface Progress {
  client: ClientBase;
  check: CheckEntry;
  checkpoints: CheckpointCheck;
  /** Up to the last stretch that verified. */
  tree: TreeState;
}

/** The same within a transaction of the caller's. */
export async function verifyWithin(client: ClientBase, options: VerifyOptions): Promise<Verdict> {
  const state = await readLogState(client);
  const from = Math.max(options.from ?? 0, state.first_seq);
  const end = Math.max(state.size, state.max_seq + 1);
  const to = Math.min(options.to ?? end, end);
  const invalid = (finding: Finding): Verdict => ({
    valid: false,
    checked: Math.max(0, finding.seq - from),
    finding,
    root: null,
    size: state.size,
  });
  try {
    const start = await readStart(client, state, Math.min(from, to));
    const progress: Progress = {
      client,
      check: createEntryCheck(start.check, options.hmacKey),
      checkpoints: {
        logKeys: options.logKeys ?? [],
        trusted: options.trusted ?? [],
        vouchedFor: start.tree.size,
      },
      tree: start.tree,
    };
    for (let next = start.tree.size; next < to; next += entriesAtOnce) {
      const finding = await verifyStretch(progress, next, Math.min(next + entriesAtOnce, to));
      if (finding !== null) return invalid(finding);
    }
    const atEnd = await checkEnd(client, { ...progress, state, wholeTail: to === end });
    if (atEnd !== null) return invalid(atEnd);
    return {
      valid: true,
      checked: to - start.tree.size,
      finding: null,
      root: rootOf(progress.tree),
      size: state.size,
    };
  } catch (error) {
    if (!(error instanceof NodeMissingError)) throw error;
    return invalid({ seq: Math.min(from, to), kind: 'truncated', detail: error.message });
  }
}

async function verifyStretch(progress: Progress, from: number, to: number): Promise<Finding | null> {
  const { client, check } = progress;
  const leafHashes = Buffer.allocUnsafe((to - from) * hashBytes);
  let next = from;
  let fault: { seq: number; detail: string } | null = null;
  for await (const rows of readEntryRows(client, from, to)) {
    // After a fault the rest of the stretch is read and dropped: the connection is needed to look closer.
    for (const row of fault === null ? rows : []) {
      const detail =
        row.seq === next
          ? check(row, leafHashes, (next - from) * hashBytes)
          : `entry ${next} does not follow`;
      if (detail !== null) {
        fault = { seq: Math.min(row.seq, next), detail };
        break;
      }
      next++;
    }
  }
  if (fault === null && next < to) fault = { seq: next, detail: `entry ${next} is missing` };
  const earlier = await closeStretch(progress, leafHashes.subarray(0, (next - from) * hashBytes));
  if (earlier !== null || fault === null) return earlier;
  return classify(client, fault.seq, fault.detail);
}

/** Holds computed hashes against the stored tree and the checkpoints, and goes on from there. */
async function closeStretch(progress: Progress, leafHashes: Buffer): Promise<Finding | null> {
  const { client, tree, checkpoints } = progress;
  const appended = appendLeaves(tree, leafHashes);
  const mismatch = await findNodeMismatch(client, appended.runs);
  if (mismatch !== null) {
    const { level, index, seq } = mismatch;
    const detail = `the stored tree has another hash ${index} at level ${level}`;
    return level === 0 ? classify(client, seq, detail) : { seq, kind: 'edited', detail };
  }
  const finding = await checkCheckpoints(client, checkpoints, tree, leafHashes);
  if (finding === null) progress.tree = appended.tree;
  return finding;
}
