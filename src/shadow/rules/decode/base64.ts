import { isUtf8 } from 'node:buffer';
import { blankLength, blankLengthBefore } from './blanks.ts';
import type { Decoder } from './decoder.ts';

/** Shorter runs are words: `user`, `id=7` and `path` are all in the alphabet. */
const lengthMin = 8;
const padding = 0x3d;
const paddingMax = 2;

/** A value that is base64 as a whole, blanks round it aside, and of valid UTF-8, becomes that text; others stay. */
export const base64: Decoder = (bytes, start, end) => {
  let first = start;
  let last = end;
  for (let blank = 1; first < last && blank > 0; first += blank) blank = blankLength(bytes, first, last);
  for (let blank = 1; first < last && blank > 0; last -= blank) blank = blankLengthBefore(bytes, first, last);
  if (last - first < lengthMin || (last - first) % 4 !== 0) return end;
  let dataEnd = last;
  while (last - dataEnd < paddingMax && bytes[dataEnd - 1] === padding) dataEnd--;
  for (let at = first; at < dataEnd; at++) if (!inAlphabet(bytes[at]!)) return end;
  const decoded = Buffer.from(bytes.toString('latin1', first, last), 'base64');
  if (!isUtf8(decoded)) return end;
  bytes.set(decoded, start);
  return start + decoded.length;
};

function inAlphabet(byte: number): boolean {
  const letter = byte | 0x20;
  return (
    (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x2f
  );
}
