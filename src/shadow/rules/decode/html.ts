import type { Decoder } from './decoder.ts';

const ampersand = 0x26;
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const reference = /&(?:(lt|gt|amp|quot|apos)|#([0-9]+)|#x([0-9A-Fa-f]+));/g;

/** The character of a numeric reference, or the reference itself where no Unicode scalar value has that number. */
function character(whole: string, codePoint: number): string {
  if (!(codePoint <= 0x10ffff) || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return whole;
  return String.fromCodePoint(codePoint);
}

/** The five named references (lower case) and the numeric ones, all with their semicolon; one pass. */
export const html: Decoder = {
  mayChange(bytes, start, end) {
    for (let at = start; at < end; at++) if (bytes[at] === ampersand) return true;
    return false;
  },

  decode(text) {
    if (!text.includes('&')) return text;
    return text.replace(reference, (whole, name?: string, decimal?: string, hex?: string) => {
      if (name !== undefined) return named[name]!;
      return character(whole, decimal !== undefined ? Number(decimal) : Number.parseInt(hex!, 16));
    });
  },
};
