const nonBreakingLead = 0xc2;
const nonBreakingTail = 0xa0;

/**
 * The bytes of the blank that starts at `at`, 0 where none does. Blanks are what `whitespace` joins and `base64` trims:
 * space, tab, CR, LF, FF, VT and U+00A0 (C2 A0).
 */
export function blankLength(bytes: Uint8Array, at: number, end: number): 0 | 1 | 2 {
  const byte = bytes[at]!;
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return 1;
  return byte === nonBreakingLead && at + 1 < end && bytes[at + 1] === nonBreakingTail ? 2 : 0;
}

/** The bytes of the blank that ends at `end`, 0 where none does. */
export function blankLengthBefore(bytes: Uint8Array, start: number, end: number): 0 | 1 | 2 {
  const byte = bytes[end - 1]!;
  if (byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)) return 1;
  return byte === nonBreakingTail && end - 2 >= start && bytes[end - 2] === nonBreakingLead ? 2 : 0;
}
