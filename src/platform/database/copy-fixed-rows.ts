import type { ClientBase } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
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
  const stream = client.query(copyTo(`COPY (${select}) TO STDOUT (FORMAT binary)`));
  let rest: Buffer = Buffer.alloc(0);
  let header = copyHeaderBytes;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const input = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const start = Math.min(header, input.length);
    header -= start;
    const end = input.length - ((input.length - start) % rowBytes);
    if (end > start) yield input.subarray(start, end);
    rest = input.subarray(end);
  }
  // What is left is the end marker, two bytes.
  if (rest.length !== 2)
    throw new Error(`expected rows of ${rowBytes} bytes, ${rest.length} bytes were left over`);
}
