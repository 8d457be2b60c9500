import { isUtf8 } from 'node:buffer';
import type { Decoder } from './decoder.ts';

const percent = 0x25;
const plus = 0x2b;
const space = 0x20;

/**
 * `+` becomes a space and `%XX` a byte; the whole is then read as UTF-8, where each invalid sequence becomes
 * U+FFFD. A `%` without two hex digits stays.
 */
export const url: Decoder = (bytes, start, end) => {
  let at = start;
  while (at < end && bytes[at] !== percent && bytes[at] !== plus) at++;
  let to = at;
  let ascii = true;
  while (at < end) {
    const byte = bytes[at]!;
    const decoded = byte === percent && at + 2 < end ? hexByte(bytes[at + 1]!, bytes[at + 2]!) : -1;
    if (decoded >= 0) {
      bytes[to++] = decoded;
      if (decoded >= 0x80) ascii = false;
      at += 3;
    } else {
      bytes[to++] = byte === plus ? space : byte;
      at++;
    }
  }
  return ascii ? to : replaceInvalid(bytes, start, to, end);
};

/**
 * Only bytes from `%XX` can be invalid, as the value was well-formed: a U+FFFD of three bytes stands for at least three
 * bytes of the value, so the result fits.
 */
function replaceInvalid(bytes: Buffer, start: number, to: number, end: number): number {
  if (isUtf8(bytes.subarray(start, to))) return to;
  return start + bytes.write(bytes.toString('utf8', start, to), start, end - start, 'utf8');
}

function hexByte(high: number, low: number): number {
  const [h, l] = [hexDigit(high), hexDigit(low)];
  return h < 0 || l < 0 ? -1 : h * 16 + l;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
