import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  type AssayError,
  BodyTooLargeError,
  InvalidRequestError,
  isAssayError,
} from '../../platform/errors.ts';

/** Fewer, larger steps between zlib's thread and ours; 128 KiB is also what one synchronous parse should last (2 ms). */
const gunzipChunkBytes = 128 * 1024;

/**
 * Deflate cannot exceed 1,032 : 1 and real traffic stays below 60 : 1. Past the first 64 MiB, which any upload may
 * inflate to, a higher ratio is a decompression bomb.
 */
const maxInflateRatio = 250;
const freeInflateBytes = 64 * 1024 * 1024;

/** A body that could not be read to its end. */
export class BrokenUploadError extends InvalidRequestError {}

/**
 * The bytes of an upload, inflated where it is gzip: by its declaration, or by its first two bytes (1f 8b), which no
 * text format starts with, for the many who send `file.ndjson.gz` and forget the header.
 *
 * @throws BrokenUploadError when the body or the gzip stream in it stops early or is damaged.
 * @throws BodyTooLargeError for a decompression bomb.
 */
export async function* decodeBody(
  source: AsyncIterable<Uint8Array>,
  declaredGzip: boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const counted = { received: 0 };
  const bytes = readBody(source, counted);
  try {
    const first = await firstBytes(bytes);
    if (first === null) {
      if (declaredGzip) throw new BrokenUploadError('the body is empty, expected gzip; nothing was stored');
      return;
    }
    const rest = prepend(first, bytes);
    if (declaredGzip || (first[0] === 0x1f && first[1] === 0x8b)) yield* inflate(rest, counted);
    else yield* rest;
  } finally {
    await bytes.return();
  }
}

async function* readBody(
  source: AsyncIterable<Uint8Array>,
  counted: { received: number },
): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const bytes of source) {
      counted.received += bytes.length;
      yield Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
  } catch (error) {
    if (isAssayError(error)) throw error;
    throw new BrokenUploadError(
      `the upload broke off after ${counted.received} bytes; nothing was stored, send the whole file again`,
      { cause: error },
    );
  }
}

/** At least two bytes, or all there are; null for none. */
async function firstBytes(bytes: AsyncGenerator<Buffer>): Promise<Buffer | null> {
  let first: Buffer = Buffer.alloc(0);
  while (first.length < 2) {
    const { value, done } = await bytes.next();
    if (done) return first.length === 0 ? null : first;
    first = first.length === 0 ? value : Buffer.concat([first, value]);
  }
  return first;
}

async function* prepend(
  first: Buffer,
  rest: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  yield first;
  yield* rest;
}

async function* inflate(
  compressed: AsyncGenerator<Buffer>,
  counted: { received: number },
): AsyncGenerator<Buffer, void, undefined> {
  const gunzip = createGunzip({ chunkSize: gunzipChunkBytes });
  pipeline(Readable.from(compressed, { objectMode: false }), gunzip, () => {});
  let inflated = 0;
  try {
    for await (const bytes of gunzip as AsyncIterable<Buffer>) {
      inflated += bytes.length;
      if (inflated > freeInflateBytes && inflated > maxInflateRatio * counted.received)
        throw bomb(inflated, counted.received);
      yield bytes;
    }
  } catch (error) {
    if (isAssayError(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith('Z_')) throw error;
    throw new BrokenUploadError(
      code === 'Z_BUF_ERROR'
        ? `the gzip stream is truncated after ${counted.received} bytes; nothing was stored, send the whole file again`
        : `the body is not valid gzip (${message}); nothing was stored`,
      { cause: error },
    );
  }
}

function bomb(inflated: number, received: number): AssayError {
  return new BodyTooLargeError(
    `the gzip stream inflates to more than ${maxInflateRatio} times its size (${received} bytes became ${inflated}); ` +
      'nothing was stored. Send it uncompressed if it is real',
  );
}
