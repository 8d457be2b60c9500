import type { ClientBase } from 'pg';
import { copyOutParts } from './copy-out-parts.ts';
import { copyHeaderBytes } from './copy-row-parser.ts';

/**
 * Streams rows that all have the same length in binary COPY form, as buffers of whole rows: where a pass reads a million
 * small rows, an object for each field of each is most of its time and memory.
 *
 * @param rowBytes field count, lengths and values together.
 */
export async function* copyFixedRows(
  client: ClientBase,
  select: string,
  rowBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  let header = copyHeaderBytes;
  yield* copyOutParts(client, `COPY (${select}) TO STDOUT (FORMAT binary)`, (bytes) => {
    // A copy in either case: the memory of network reads is used again.
    const input = Buffer.concat([rest, bytes]);
    const start = Math.min(header, input.length);
    header -= start;
    const end = input.length - ((input.length - start) % rowBytes);
    rest = input.subarray(end);
    return end > start ? input.subarray(start, end) : null;
  });
  // What is left is the end marker, two bytes.
  if (rest.length !== 2)
    throw new Error(`expected rows of ${rowBytes} bytes, ${rest.length} bytes were left over`);
}
