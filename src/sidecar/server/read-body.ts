import type { IncomingMessage } from 'node:http';

/** A decision's request has under 500 bytes; this is enough for any and bounds what a client can make us keep. */
export const bodyBytesMax = 16_384;

/**
 * Reads a whole body, by callback: nothing of a decision is left for a later turn of the event loop.
 *
 * @param done the text, or null when it is larger than that; not called when the client goes away.
 */
export function readBody(
  request: IncomingMessage,
  done: (text: string | null) => void,
  bytesMax = bodyBytesMax,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > bytesMax) return; // read on and drop, so that the client gets to read the answer
    if (first === undefined) first = chunk;
    else if (more === undefined) more = [first, chunk];
    else more.push(chunk);
  });
  request.on('end', () => {
    if (size > bytesMax) done(null);
    else if (first === undefined) done('');
    else done(more === undefined ? first.toString() : Buffer.concat(more).toString());
  });
}
