import { BodyTooLargeError, InvalidRequestError } from '../../platform/errors.ts';

/** Paths whose route streams its body and bounds it itself: samples have a limit a line, not a body. */
const streamedPaths = new Set(['/samples']);

export function isStreamed(path: string): boolean {
  return streamedPaths.has(path);
}

/**
 * The whole body, if it is no longer than `limitBytes`. A declared length is refused before a byte is read, and Node
 * holds the client to it; a chunked body is counted as it arrives.
 *
 * @throws BodyTooLargeError, answered as 413.
 */
export function readBoundedBody(request: Request, limitBytes: number): Promise<Buffer> {
  const declared = request.headers.get('content-length');
  if (declared === null) return readCounted(request, limitBytes);
  if (Number(declared) > limitBytes) throw tooLarge(limitBytes);
  return request.arrayBuffer().then((body) => Buffer.from(body));
}

async function readCounted(request: Request, limitBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request.body ?? []) {
      length += chunk.length;
      if (length > limitBytes) throw tooLarge(limitBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof BodyTooLargeError) throw error;
    throw new InvalidRequestError('the body ended early', { cause: error });
  }
  return Buffer.concat(chunks, length);
}

function tooLarge(limitBytes: number): BodyTooLargeError {
  return new BodyTooLargeError(`the body is longer than ${limitBytes} bytes`);
}
