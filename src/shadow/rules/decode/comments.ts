import type { Decoder } from './decoder.ts';

const slash = 0x2f;
const asterisk = 0x2a;

/** Each comment, and an unterminated one to the end of the value, becomes one space. */
export const comments: Decoder = {
  mayChange(bytes, start, end) {
    for (let at = start + 1; at < end; at++) {
      if (bytes[at] === asterisk && bytes[at - 1] === slash) return true;
    }
    return false;
  },

  decode(text) {
    let open = text.indexOf('/*');
    if (open < 0) return text;
    let result = '';
    let from = 0;
    while (open >= 0) {
      result += `${text.slice(from, open)} `;
      const close = text.indexOf('*/', open + 2);
      if (close < 0) return result;
      from = close + 2;
      open = text.indexOf('/*', from);
    }
    return result + text.slice(from);
  },
};
