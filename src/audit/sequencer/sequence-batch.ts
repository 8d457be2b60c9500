import type { Pool } from 'pg';
import { appendBatch } from './append-batch.ts';
import {
  canBeOvertaken,
  type PrepareDeps,
  type PreparedBatch,
  prepareBatch,
  readTail,
} from './prepare-batch.ts';
import { type Turn, takeTurn } from './turn.ts';

/** From here on a batch gains nothing: what it costs by itself is 2 ms beside 150 ms of rows. */
export const batchRowsMax = 5_000;

export interface SequencerDeps extends PrepareDeps {
  /** Connections as `assay_sequencer`: one reads, one writes. */
  pool: Pool;
}

export type BatchOutcome = { sequenced: number; size: number } | 'elsewhere';

/** Moves events from the outbox to the log, batch after batch. */
export interface Sequencing {
  /**
   * Moves the oldest events, in one transaction: they are in neither, in both or twice at no moment that anyone can see.
   * While several processes call it, one works and the others return `elsewhere`.
   */
  next(): Promise<BatchOutcome>;
  /** Lets others have their turn; to be called when `next` found less than a full batch, or whenever it is left. */
  rest(): Promise<void>;
}

export interface SequencingOptions {
  rowLimit?: number;
  /** Off for who wants a single batch. */
  readAhead?: boolean;
}

/**
 * While PostgreSQL writes a full batch, the next one is read and sealed. That costs nothing when the first fails: the second
 * then continues nothing, and is thrown away.
 */
export function createSequencing(deps: SequencerDeps, options: SequencingOptions = {}): Sequencing {
  const { rowLimit = batchRowsMax, readAhead = true } = options;
  let turn: Turn | null = null;
  let ahead: Promise<PreparedBatch | null> | null = null;

  async function next(): Promise<BatchOutcome> {
    turn ??= await takeTurn(deps.pool);
    if (turn === null) return 'elsewhere';
    const { client } = turn;
    const batch = await (ahead ?? prepareBatch(client, deps, rowLimit, null));
    ahead = null;
    if (batch === null) return { sequenced: 0, size: (await readTail(client)).size };
    if (readAhead && batch.ids.length === rowLimit && canBeOvertaken(batch)) {
      ahead = prepareBatch(client, deps, rowLimit, batch);
      ahead.catch(() => {}); // whoever asks for it next is told
    }
    const written = await appendBatch(deps.pool, batch);
    return written ? { sequenced: batch.ids.length, size: batch.after.size } : 'elsewhere';
  }

  async function rest(): Promise<void> {
    const [ending, given] = [turn, ahead];
    turn = null;
    ahead = null;
    await given?.catch(() => {}); // the connection is its own until then
    await ending?.end();
  }

  return {
    next: async () => {
      try {
        const outcome = await next();
        if (outcome === 'elsewhere') await rest();
        return outcome;
      } catch (error) {
        await rest();
        throw error;
      }
    },
    rest,
  };
}

/** A single batch. */
export async function sequenceBatch(deps: SequencerDeps, rowLimit = batchRowsMax): Promise<BatchOutcome> {
  const sequencing = createSequencing(deps, { rowLimit, readAhead: false });
  try {
    return await sequencing.next();
  } finally {
    await sequencing.rest();
  }
}
