import type { ClientBase } from 'pg';
import { copyOutParts } from '../../platform/database/copy-out-parts.ts';
import { sql } from '../../platform/database/sql.ts';
import { type EventBlock, parseEventBlock } from './event-block.ts';
import type { IdRun } from './id-runs.ts';

/** A batch is held in memory, and the next one beside it; 5,000 events of the ledger are 3 MB, and one is at most 1 MiB. */
const batchBytesMax = 32 * 1_048_576;

/**
 * Reads the oldest events of the outbox, in order of id, and leaves them there.
 *
 * @param except ids that are on their way into the log already. All others are looked at, lower ones too: skipping to where
 *   the last batch ended would overtake an event of a tenant that became visible late.
 */
export async function readOutbox(
  client: ClientBase,
  rowLimit: number,
  except: readonly IdRun[],
): Promise<EventBlock> {
  const others = except.map(({ first, last }) => `AND id NOT BETWEEN ${whole(first)} AND ${whole(last)}`);
  const statement = sql(import.meta.url, './sql/read-outbox.sql')
    .replace(/^--.*\n/gm, '')
    .replace('/* except */', others.join(' '))
    .replace(':row_limit', whole(rowLimit))
    .replace(':byte_limit', whole(batchBytesMax));
  let bytes = Buffer.allocUnsafe(rowLimit * likelyRowBytes);
  let end = 0;
  const gather = (part: Buffer) => {
    if (end + part.length > bytes.length) bytes = Buffer.concat([bytes], 2 * (end + part.length));
    end += part.copy(bytes, end);
    return null;
  };
  for await (const _ of copyOutParts(client, `COPY (${statement}) TO STDOUT (FORMAT binary)`, gather));
  return parseEventBlock(bytes.subarray(0, end));
}

/** An event of a spend is 500 bytes. */
const likelyRowBytes = 640;

/** COPY takes no parameters; nothing but integers is ever put into its text. */
function whole(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected a safe integer, found ${value}`);
  return String(value);
}
