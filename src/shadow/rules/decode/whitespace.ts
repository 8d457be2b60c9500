import type { Decoder } from './decoder.ts';

const space = 0x20;
const run = /[ \t\r\n\f\v\u00a0]+/g;

/** Each run of space, tab, CR, LF, FF, VT and U+00A0 becomes one space. */
export const whitespace: Decoder = {
  mayChange(bytes, start, end) {
    let previous = 0;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === space && previous === space) return true;
      // 0xA0 ends U+00A0 and many other characters, too few of them in traffic to tell apart here.
      if ((byte >= 0x09 && byte <= 0x0d) || byte === 0xa0) return true;
      previous = byte;
    }
    return false;
  },

  decode(text) {
    return text.replace(run, ' ');
  },
};
