import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { parseCheckpoint } from '../checkpoints/checkpoint.ts';
import type { VerifierKey } from '../checkpoints/note-key.ts';
import { isSignedBy, parseNote } from '../checkpoints/signed-note.ts';
import { appendLeaves } from '../tree/append-leaves.ts';
import { hashBytes } from '../tree/hashing.ts';
import { rootOf, spineOf, type TreeState } from '../tree/peaks.ts';
import type { Finding } from './finding.ts';
import type { TrustedCheckpoint } from './trusted.ts';

interface CheckpointRow {
  size: number;
  root_hash: Buffer;
  note: string;
  spine: Buffer;
}

export interface CheckpointCheck {
  /** Empty: signatures are not checked. */
  logKeys: readonly VerifierKey[];
  trusted: readonly TrustedCheckpoint[];
  /** The largest size up to which a signed or trusted checkpoint agreed; moved on by each call. */
  vouchedFor: number;
}

/**
 * Compares every published and trusted checkpoint from `tree.size` up to that many leaves more with the root computed
 * there.
 *
 * @param leafHashes of the leaves after `tree`, computed.
 */
export async function checkCheckpoints(
  client: ClientBase,
  check: CheckpointCheck,
  tree: TreeState,
  leafHashes: Buffer,
): Promise<Finding | null> {
  const end = tree.size + leafHashes.length / hashBytes;
  const { rows } = await client.query<CheckpointRow>(sql(import.meta.url, './sql/read-checkpoints.sql'), [
    tree.size === 0 ? -1 : tree.size,
    end,
  ]);
  const published = Map.groupBy(rows, ({ size }) => size);
  const trusted = Map.groupBy(
    check.trusted.filter(({ size }) => size >= tree.size && size <= end),
    ({ size }) => size,
  );
  let state = tree;
  for (const size of [...new Set([...published.keys(), ...trusted.keys()])].sort((a, b) => a - b)) {
    const from = hashBytes * (state.size - tree.size);
    state = appendLeaves(state, leafHashes.subarray(from, hashBytes * (size - tree.size))).tree;
    for (const row of published.get(size) ?? []) {
      const fault = faultOf(row, state, check.logKeys);
      if (fault !== null) return { seq: check.vouchedFor, ...fault };
    }
    const root = rootOf(state);
    const contradicted = (trusted.get(size) ?? []).find(({ rootHash }) => !rootHash.equals(root));
    if (contradicted !== undefined) return contradiction(check, contradicted, published.has(size));
    check.vouchedFor = size;
  }
  return null;
}

function faultOf(
  row: CheckpointRow,
  state: TreeState,
  logKeys: readonly VerifierKey[],
): Omit<Finding, 'seq'> | null {
  const where = `the checkpoint at ${row.size}`;
  const note = parseNote(row.note);
  const said = note === null ? null : parseCheckpoint(note.text);
  const signed = note !== null && (logKeys.length === 0 || logKeys.some((key) => isSignedBy(note, key)));
  if (said === null || !signed) return { kind: 'edited', detail: `${where} is not signed by the log` };
  const root = rootOf(state);
  if (said.size !== row.size || !said.rootHash.equals(row.root_hash))
    return { kind: 'edited', detail: `${where} says something else than its note` };
  if (!said.rootHash.equals(root))
    return { kind: 'forked', detail: `${where} was signed over another history` };
  if (!spineOf(state.peaks).equals(row.spine))
    return { kind: 'edited', detail: `${where} has another spine` };
  return null;
}

/** Someone outside saw another history. If the log's own key vouches for this one, it vouched for both. */
export function contradiction(
  check: Pick<CheckpointCheck, 'vouchedFor' | 'logKeys'>,
  trusted: TrustedCheckpoint,
  alsoPublished: boolean,
): Finding {
  return {
    seq: Math.min(check.vouchedFor, trusted.size),
    kind: alsoPublished && check.logKeys.length > 0 ? 're-signed' : 'forked',
    detail: `${trusted.source} saw another history of ${trusted.size} entries`,
  };
}
