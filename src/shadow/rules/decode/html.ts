import type { Decoder } from './decoder.ts';

const ampersand = 0x26;
const semicolon = 0x3b;
const hash = 0x23;
const lowerX = 0x78;

const named: Readonly<Record<string, number>> = { lt: 0x3c, gt: 0x3e, amp: 0x26, quot: 0x22, apos: 0x27 };

/** The five named references (lower case) and the numeric ones, all with their semicolon; one pass. */
export const html: Decoder = (bytes, start, end) => {
  let at = start;
  while (at < end && bytes[at] !== ampersand) at++;
  let to = at;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte === ampersand) {
      const close = referenceEnd(bytes, at + 1, end);
      const codePoint = close < 0 ? -1 : codePointOf(bytes, at + 1, close);
      if (codePoint >= 0) {
        to = writeCodePoint(bytes, to, codePoint);
        at = close + 1;
        continue;
      }
    }
    bytes[to++] = byte;
    at++;
  }
  return to;
};

/** Where the semicolon is that ends what may be a reference; -1 where other characters come first. */
function referenceEnd(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === semicolon) return at;
    const letter = byte | 0x20;
    const part = byte === hash || (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x7a);
    if (!part) return -1;
  }
  return -1;
}

/** The character that the reference `bytes[from, to)` (without `&` and `;`) names; -1 where it names none. */
function codePointOf(bytes: Buffer, from: number, to: number): number {
  if (bytes[from] !== hash) return to - from > 4 ? -1 : (named[bytes.toString('latin1', from, to)] ?? -1);
  const hex = bytes[from + 1] === lowerX;
  const base = hex ? 16 : 10;
  let at = from + (hex ? 2 : 1);
  if (at === to) return -1;
  let codePoint = 0;
  for (; at < to; at++) {
    const digit = digitOf(bytes[at]!);
    if (digit < 0 || digit >= base) return -1;
    codePoint = codePoint * base + digit;
    if (codePoint > 0x10ffff) return -1;
  }
  // Surrogates are no characters.
  return codePoint >= 0xd800 && codePoint <= 0xdfff ? -1 : codePoint;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Writes the character's UTF-8, which is shorter than any reference to it, and returns where it ends. */
function writeCodePoint(bytes: Buffer, at: number, codePoint: number): number {
  let to = at;
  if (codePoint < 0x80) {
    bytes[to++] = codePoint;
    return to;
  }
  if (codePoint < 0x800) bytes[to++] = 0xc0 | (codePoint >> 6);
  else {
    if (codePoint < 0x10000) bytes[to++] = 0xe0 | (codePoint >> 12);
    else {
      bytes[to++] = 0xf0 | (codePoint >> 18);
      bytes[to++] = 0x80 | ((codePoint >> 12) & 0x3f);
    }
    bytes[to++] = 0x80 | ((codePoint >> 6) & 0x3f);
  }
  bytes[to++] = 0x80 | (codePoint & 0x3f);
  return to;
}
