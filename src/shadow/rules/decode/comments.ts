import type { Decoder } from './decoder.ts';

const slash = 0x2f;
const asterisk = 0x2a;
const space = 0x20;

/** Each comment, and an unterminated one to the end of the value, becomes one space. */
export const comments: Decoder = (bytes, start, end) => {
  let at = nextPair(bytes, start, end, slash, asterisk);
  let to = at;
  while (at < end) {
    bytes[to++] = space;
    const close = nextPair(bytes, at + 2, end, asterisk, slash);
    const from = Math.min(close + 2, end);
    at = nextPair(bytes, from, end, slash, asterisk);
    bytes.copyWithin(to, from, at);
    to += at - from;
  }
  return to;
};

/** Where `first` is next followed by `second`; `end` where it is not. */
function nextPair(bytes: Buffer, from: number, end: number, first: number, second: number): number {
  for (let at = from; at + 1 < end; at++) {
    if (bytes[at] === first && bytes[at + 1] === second) return at;
  }
  return end;
}
