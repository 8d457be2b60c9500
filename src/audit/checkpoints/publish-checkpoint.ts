import type { ClientBase, Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { rootOf, spineOf } from '../tree/peaks.ts';
import { consistencyPlan } from '../tree/proof-plan.ts';
import { NodeMissingError, readProof } from '../tree/read-nodes.ts';
import { verifyConsistency } from '../tree/verify-proof.ts';
import { type Checkpoint, checkpointText } from './checkpoint.ts';
import { readCheckpointFile, writeCheckpointFile } from './checkpoint-file.ts';
import type { SignerKey } from './note-key.ts';
import { signatureLine } from './signed-note.ts';

export interface PublisherDeps {
  /** Connections as `assay_sequencer`. */
  pool: Pool;
  signer: SignerKey;
  /** Where the newest checkpoint is written too; a file elsewhere notices a database that was set back. */
  path?: string | undefined;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** The log is not a continuation of what was published: it is not signed, and someone has to look. */
export class LogInconsistentError extends Error {
  readonly published: Checkpoint;
  readonly size: number;

  constructor(published: Checkpoint, size: number, what: string) {
    super(
      `the audit log (${size} entries) does not continue the checkpoint published at ${published.size}: ${what}; ` +
        'nothing is signed. Compare with the witness, and restore what was lost',
    );
    this.name = 'LogInconsistentError';
    this.published = published;
    this.size = size;
  }
}

/** One publisher at a time: "AUDT" as an integer. */
const advisoryLock = 0x41554454;

/**
 * Signs and publishes a checkpoint of the head, unless the newest is of the head already. What was published last, by the
 * table and by the file, must be provably its beginning.
 *
 * @returns the checkpoint; null when there was nothing to do or another process is at it.
 * @throws LogInconsistentError
 */
export async function publishCheckpoint(deps: PublisherDeps): Promise<Checkpoint | null> {
  const origin = deps.signer.verifier.name;
  return withTransaction(deps.pool, async (client) => {
    const lock = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [
      advisoryLock,
    ]);
    if (!lock.rows[0]!.locked) return null;
    const state = await readState(client);
    const checkpoint = { origin, size: state.size, rootHash: rootOf(state) };
    const filed = deps.path === undefined ? null : await readCheckpointFile(deps.path, deps.signer.verifier);
    const last =
      state.last_size === null ? null : { origin, size: state.last_size, rootHash: state.last_root_hash! };
    for (const published of [last, filed]) {
      if (published !== null) await assertContinues(client, published, checkpoint);
    }
    if (last?.size === checkpoint.size && (deps.path === undefined || filed?.size === checkpoint.size))
      return null;
    const text = checkpointText(checkpoint);
    const note = `${text}\n${signatureLine(text, deps.signer, Math.floor(deps.clock() / 1000))}\n`;
    if (last?.size !== checkpoint.size) {
      await client.query(sql(import.meta.url, './sql/insert-checkpoint.sql'), [
        checkpoint.size,
        checkpoint.rootHash,
        note,
        spineOf(state.peaks),
      ]);
    }
    // Within the transaction, so that a file that cannot be written is tried again; signed is signed either way.
    if (deps.path !== undefined) await writeCheckpointFile(deps.path, note);
    return checkpoint;
  });
}

interface State {
  size: number;
  peaks: Buffer;
  last_size: number | null;
  last_root_hash: Buffer | null;
}

async function readState(client: ClientBase): Promise<State> {
  const { rows } = await client.query<State>(sql(import.meta.url, './sql/read-publishing-state.sql'));
  return rows[0]!;
}

async function assertContinues(client: ClientBase, published: Checkpoint, head: Checkpoint): Promise<void> {
  if (published.size > head.size) throw new LogInconsistentError(published, head.size, 'it is shorter');
  try {
    const proof = await readProof(client, consistencyPlan(published.size, head.size), head.size);
    if (published.size === 0 && head.size > 0) return;
    if (verifyConsistency(published.size, head.size, published.rootHash, head.rootHash, proof)) return;
  } catch (error) {
    if (!(error instanceof NodeMissingError)) throw error;
    throw new LogInconsistentError(published, head.size, error.message);
  }
  throw new LogInconsistentError(published, head.size, 'their roots are of different histories');
}
