import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** What begins and ends a binary COPY; see `CopyRowParser` for what lies between. */
export const copyHeader = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
export const copyTrailer = Buffer.from([0xff, 0xff]);

/** So much may wait for PostgreSQL before the maker of rows has to. */
const waitingBytes = 4 * 1_048_576;

/**
 * Streams ready-made rows into PostgreSQL by binary COPY. After each buffer the event loop has its turn, so that one is
 * sent, and stored, while the next is made.
 *
 * @param statement `COPY … FROM STDIN (FORMAT binary)`.
 * @param rows buffers of whole rows: Int16 field count, then each field as Int32 length and bytes.
 */
export async function copyIn(client: ClientBase, statement: string, rows: Iterable<Buffer>): Promise<void> {
  const copy = client.query(copyFrom(statement, { highWaterMark: waitingBytes }));
  const done = finished(copy);
  let over = false;
  const ended = () => {
    over = true;
  };
  done.then(ended, ended);
  copy.write(copyHeader);
  for (const buffer of rows) {
    // A COPY that was refused has let go of its connection; writing on would not be an error but a crash.
    if (over) break;
    if (copy.write(buffer)) await nextTurn();
    else await Promise.race([once(copy, 'drain'), done]);
  }
  if (!over) copy.end(copyTrailer);
  await done;
}
