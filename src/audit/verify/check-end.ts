import type { ClientBase } from 'pg';
import { chainStart } from '../tree/hashing.ts';
import { rootOf, type TreeState } from '../tree/peaks.ts';
import { consistencyPlan } from '../tree/proof-plan.ts';
import { readProof } from '../tree/read-nodes.ts';
import { verifyConsistency } from '../tree/verify-proof.ts';
import { type CheckpointCheck, contradiction } from './check-checkpoints.ts';
import type { Finding } from './finding.ts';
import type { LogState } from './log-state.ts';
import type { TrustedCheckpoint } from './trusted.ts';

export interface EndOfEntries {
  state: LogState;
  /** Over the entries that were verified. */
  tree: TreeState;
  checkpoints: CheckpointCheck;
  /** Whether these were all entries there are. */
  wholeTail: boolean;
}

/** What can only be said when all entries have been read: whether the log ends where its head, its tree and others say. */
export async function checkEnd(client: ClientBase, end: EndOfEntries): Promise<Finding | null> {
  const { state, tree, checkpoints } = end;
  if (state.max_seq >= 0 && state.min_seq < state.first_seq)
    return { seq: state.first_seq, kind: 'inserted', detail: `there is an entry ${state.min_seq}` };
  const short = checkpoints.trusted.find(({ size }) => size > state.size);
  if (short !== undefined) {
    const detail = `${short.source} saw ${short.size} entries, the log has ${state.size}`;
    return { seq: state.size, kind: 'truncated', detail };
  }
  if (end.wholeTail) {
    const finding = checkHead(state, tree);
    if (finding !== null) return finding;
  }
  for (const trusted of checkpoints.trusted) {
    if (!(await agrees(client, tree, trusted))) return contradiction(checkpoints, trusted, true);
  }
  return null;
}

function checkHead(state: LogState, tree: TreeState): Finding | null {
  if (tree.size > state.size)
    return { seq: state.size, kind: 'inserted', detail: `the head of the log is at ${state.size}` };
  if (state.node_count > tree.size)
    return { seq: tree.size, kind: 'truncated', detail: `the tree has ${state.node_count} leaves` };
  if (state.published_size > state.size)
    return { seq: state.size, kind: 'truncated', detail: `${state.published_size} entries were published` };
  if (!state.peaks.equals(tree.peaks))
    return {
      seq: tree.size,
      kind: 'edited',
      detail: 'the peaks at the head of the log are not those of the tree',
    };
  const chain = state.last_chain_hash ?? state.retired_chain_hash ?? chainStart;
  if (!state.chain_hash.equals(chain) || !state.times_agree)
    return { seq: tree.size, kind: 'edited', detail: 'the head of the log is not that of its last entry' };
  return null;
}

/** Checkpoints within the entries were compared on the way; those before and behind are, by way of the stored tree. */
async function agrees(client: ClientBase, tree: TreeState, trusted: TrustedCheckpoint): Promise<boolean> {
  const [small, large] = [
    { size: tree.size, rootHash: rootOf(tree) },
    { size: trusted.size, rootHash: trusted.rootHash },
  ].sort((a, b) => a.size - b.size) as [TrustedCheckpoint, TrustedCheckpoint];
  const proof = await readProof(client, consistencyPlan(small.size, large.size), large.size);
  return verifyConsistency(small.size, large.size, small.rootHash, large.rootHash, proof);
}
