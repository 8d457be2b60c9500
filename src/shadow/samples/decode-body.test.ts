import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decodeBody } from './decode-body.ts';

const text = Buffer.from('{"is_attack":true}\n'.repeat(5000));

async function* pieces(bytes: Buffer, size = 1000) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decoded(source: AsyncIterable<Uint8Array>, declaredGzip = false): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of decodeBody(source, declaredGzip)) parts.push(part);
  return Buffer.concat(parts);
}

test('plain bytes, declared gzip, undeclared gzip and several gzip members all come out as the text', async () => {
  expect(await decoded(pieces(text))).toEqual(text);
  expect(await decoded(pieces(gzipSync(text)), true)).toEqual(text);
  expect(await decoded(pieces(gzipSync(text), 1))).toEqual(text);
  const half = text.length / 2;
  const members = Buffer.concat([gzipSync(text.subarray(0, half)), gzipSync(text.subarray(half))]);
  expect(await decoded(pieces(members))).toEqual(text);
});

test('nothing at all and a single byte are read as they are', async () => {
  expect(await decoded(pieces(Buffer.alloc(0)))).toHaveLength(0);
  expect(await decoded(pieces(Buffer.from('x')))).toEqual(Buffer.from('x'));
});

test.each([
  [
    'truncated',
    gzipSync(text).subarray(0, -20),
    /^the gzip stream is truncated after \d+ bytes; nothing was stored/,
  ],
  ['only its header', gzipSync(text).subarray(0, 10), /truncated/],
  ['empty', Buffer.alloc(0), /the body is empty, expected gzip/],
  ['not gzip', text, /not valid gzip \(incorrect header check\)/],
  [
    'damaged',
    Buffer.concat([gzipSync(text).subarray(0, 60), Buffer.alloc(40, 255)]),
    /not valid gzip|truncated/,
  ],
])('declared gzip that is %s is a 400', async (_, bytes, message) => {
  await expect(decoded(pieces(bytes), true)).rejects.toMatchObject({
    status: 400,
    message: expect.stringMatching(message),
  });
});

test('a source that fails is a 400 that says nothing was stored, compressed or not', async () => {
  async function* broken(bytes: Buffer) {
    yield bytes;
    throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
  }
  for (const bytes of [text, gzipSync(text).subarray(0, 50)]) {
    await expect(decoded(broken(bytes))).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/broke off after \d+ bytes; nothing was stored/),
    });
  }
});

test('a decompression bomb is stopped, a merely very compressible upload is not', async () => {
  const zeros = gzipSync(Buffer.alloc(80 * 1024 * 1024));
  await expect(decoded(pieces(zeros, 65_536))).rejects.toMatchObject({ status: 413 });
  const small = gzipSync(Buffer.alloc(20 * 1024 * 1024));
  expect(await decoded(pieces(small, 65_536))).toHaveLength(20 * 1024 * 1024);
});

test('leaving early closes the source', async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield text;
    } finally {
      closed = true;
    }
  }
  for await (const _ of decodeBody(endless(), false)) break;
  expect(closed).toBe(true);
});
