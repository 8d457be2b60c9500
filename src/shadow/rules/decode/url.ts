import type { Decoder } from './decoder.ts';

const percent = 0x25;
const plus = 0x2b;
const space = 0x20;

const hexValue = new Int8Array(256).fill(-1);
for (let digit = 0; digit < 16; digit++) {
  hexValue[digit.toString(16).charCodeAt(0)] = digit;
  hexValue[digit.toString(16).toUpperCase().charCodeAt(0)] = digit;
}

/**
 * `+` becomes a space and `%XX` a byte; the whole is then read as UTF-8, where each invalid sequence becomes
 * U+FFFD. A `%` without two hex digits stays.
 */
export const url: Decoder = {
  mayChange(bytes, start, end) {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === percent || byte === plus) return true;
    }
    return false;
  },

  decode(text) {
    if (!text.includes('%')) return text.includes('+') ? text.replaceAll('+', ' ') : text;
    const bytes = Buffer.from(text, 'utf8');
    let length = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if (byte === percent) {
        const high = at + 2 < bytes.length ? hexValue[bytes[at + 1]!]! : -1;
        const low = at + 2 < bytes.length ? hexValue[bytes[at + 2]!]! : -1;
        if (high >= 0 && low >= 0) {
          bytes[length++] = high * 16 + low;
          at += 2;
          continue;
        }
      }
      bytes[length++] = byte === plus ? space : byte;
    }
    return bytes.toString('utf8', 0, length);
  },
};
