import { isUtf8 } from 'node:buffer';
import { isBlank, trimBlanks } from './blanks.ts';
import type { Decoder } from './decoder.ts';

/** Shorter runs are words: `user`, `id=7` and `path` are all in the alphabet. */
const lengthMin = 8;
const wholeValue = /^[A-Za-z0-9+/]*={0,2}$/;

const inAlphabet = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=') {
  inAlphabet[character.charCodeAt(0)] = 1;
}

/** A value that is base64 as a whole, and of valid UTF-8, becomes that text; any other value stays. */
export const base64: Decoder = {
  mayChange(bytes, start, end) {
    let first = start;
    let last = end;
    // U+00A0 is C2 A0: both bytes count as blank here, which can only err towards "may change".
    while (first < last && isBlankByte(bytes[first]!)) first++;
    while (first < last && isBlankByte(bytes[last - 1]!)) last--;
    const length = last - first;
    if (length < lengthMin || length % 4 !== 0) return false;
    for (let at = first; at < last; at++) if (inAlphabet[bytes[at]!] === 0) return false;
    return true;
  },

  decode(text) {
    const trimmed = trimBlanks(text);
    if (trimmed.length < lengthMin || trimmed.length % 4 !== 0 || !wholeValue.test(trimmed)) return text;
    const bytes = Buffer.from(trimmed, 'base64');
    return isUtf8(bytes) ? bytes.toString('utf8') : text;
  },
};

function isBlankByte(byte: number): boolean {
  return isBlank(byte) || byte === 0xc2;
}
