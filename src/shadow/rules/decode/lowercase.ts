import type { Decoder } from './decoder.ts';

/** A–Z become a–z, and no other letter changes. */
export const lowercase: Decoder = (bytes, start, end) => {
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x41 && byte <= 0x5a) bytes[at] = byte | 0x20;
  }
  return end;
};
