import type { Decoder } from './decoder.ts';

const upperCase = /[A-Z]+/g;

/** A–Z become a–z, and no other letter changes. */
export const lowercase: Decoder = {
  mayChange(bytes, start, end) {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x41 && byte <= 0x5a) return true;
    }
    return false;
  },

  decode(text) {
    return text.replace(upperCase, (run) => run.toLowerCase());
  },
};
