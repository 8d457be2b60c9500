import { maxLineBytes } from './sample-reader.ts';

/**
 * The unfinished line at the end of a chunk. Bytes are copied, so that a line trickling in byte by byte costs its
 * length and not one object a byte. Past the limit it holds nothing and remembers only that the line is too long.
 */
export class HeldBytes {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #length = 0;
  #overflowed = false;

  get isEmpty(): boolean {
    return this.#length === 0 && !this.#overflowed;
  }

  get overflowed(): boolean {
    return this.#overflowed;
  }

  append(piece: Uint8Array): void {
    if (this.#overflowed) return;
    const length = this.#length + piece.length;
    if (length > maxLineBytes) {
      this.#overflowed = true;
      return;
    }
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(length, Math.min(maxLineBytes, this.#bytes.length * 2)));
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** The line, valid until the next `append`; null when it was too long. Empties the holder. */
  take(): Buffer | null {
    const line = this.#overflowed ? null : this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#overflowed = false;
    return line;
  }
}
