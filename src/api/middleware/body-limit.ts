import type { IncomingMessage } from 'node:http';
import type { Context } from 'hono';
import type { Config } from '../../platform/config/load.ts';
import { BodyTooLargeError, InvalidRequestError } from '../../platform/errors.ts';
import type { AppEnv } from '../context.ts';
import { incomingOf, requestHeader } from './request-header.ts';

/** Paths whose route streams its body and bounds it itself: samples have a limit a line, not a body. */
const streamedPaths = new Set(['/samples']);

/** Bodies that hold many things at once, as `/credits/batch` and the observations of a test or canary. */
const batchPath = /^\/credits\/batch$|\/observations$/;

/** The longest body that `path` takes. */
export function bodyLimitOf(
  path: string,
  config: Pick<Config, 'bodyLimitBytes' | 'batchBodyLimitBytes'>,
): number {
  return batchPath.test(path) ? config.batchBodyLimitBytes : config.bodyLimitBytes;
}

export function isStreamed(path: string): boolean {
  return streamedPaths.has(path);
}

/**
 * The whole body, if it is no longer than `limitBytes`. A declared length is refused before a byte is read, and Node
 * holds the client to it; a chunked body is counted as it arrives.
 *
 * Call it a microtask after the request began: Node hands a request over when it has read its headers, and the rest of
 * their packet right after, so that a small body is there already and is answered at once.
 *
 * @throws BodyTooLargeError, answered as 413.
 */
export function readBoundedBody(c: Context<AppEnv>, limitBytes: number): Buffer | Promise<Buffer> {
  const declared = requestHeader(c, 'content-length');
  if (declared === undefined) return readCounted(c.req.raw, limitBytes);
  if (Number(declared) > limitBytes) throw tooLarge(limitBytes);
  const arrived = takeArrived(incomingOf(c), Number(declared));
  return arrived ?? c.req.raw.arrayBuffer().then((body) => Buffer.from(body));
}

/** The body of a request if all of it has arrived. Taken at once it costs no events, no listeners and no copy. */
function takeArrived(incoming: IncomingMessage | undefined, length: number): Buffer | undefined {
  if (incoming === undefined || incoming.readableDidRead || incoming.readableLength !== length)
    return undefined;
  const body = incoming.read() as Buffer | null;
  // Lets the stream end, without which the connection would not take its next request.
  incoming.resume();
  return body ?? Buffer.alloc(0);
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
