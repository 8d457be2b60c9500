/** One decoding step. Both functions are pure; RULES.md, *Decoding*, is the specification. */
export interface Decoder {
  /**
   * May `decode` change the UTF-8 text `bytes[start, end)`? "Yes" may be wrong, "no" may not: a value that no
   * listed step would change is scanned where it lies, and never becomes a string.
   */
  mayChange(bytes: Uint8Array, start: number, end: number): boolean;
  decode(text: string): string;
}
