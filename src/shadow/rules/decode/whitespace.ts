import { blankLength } from './blanks.ts';
import type { Decoder } from './decoder.ts';

const space = 0x20;

/** Each run of space, tab, CR, LF, FF, VT and U+00A0 becomes one space. */
export const whitespace: Decoder = (bytes, start, end) => {
  let to = start;
  for (let at = start; at < end; ) {
    let blank = blankLength(bytes, at, end);
    if (blank === 0) {
      bytes[to++] = bytes[at++]!;
      continue;
    }
    for (; blank > 0; blank = at < end ? blankLength(bytes, at, end) : 0) at += blank;
    bytes[to++] = space;
  }
  return to;
};
