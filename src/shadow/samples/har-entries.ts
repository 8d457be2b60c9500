import { InvalidRequestError } from '../../platform/errors.ts';
import { HeldBytes } from './held-bytes.ts';

const quote = 0x22;
const backslash = 0x5c;
/** Longer than any key that matters, short enough that the text of a string value is not collected. */
const maxKeyBytes = 16;

/**
 * Finds `log.entries` in the bytes of a HAR document and hands out one element at a time, so a capture of any size
 * costs the memory of one entry. It knows JSON only as far as nesting and strings; each entry is then parsed properly.
 *
 * The value of an entry's `response` is replaced by null on the way: nothing reads it, and the bodies in it would put
 * ordinary captures past the limit of a line.
 */
export class HarEntries {
  readonly #onEntry: (number: number, entry: Buffer | null) => void;
  readonly #held = new HeldBytes();
  #depth = 0;
  #inString = false;
  #escaped = false;
  #string = '';
  /** The key last seen at depth 1 and 2, which say where we are. */
  readonly #keys: [string, string, string] = ['', '', ''];
  #inEntries = false;
  #found = false;
  #inEntry = false;
  #skipping = false;
  #number = 0;

  /** @param onEntry gets the entry's number from 1 and its bytes, null when they were too many. */
  constructor(onEntry: (number: number, entry: Buffer | null) => void) {
    this.#onEntry = onEntry;
  }

  push(bytes: Buffer): void {
    let kept = 0;
    const keepTo = (end: number) => {
      if (this.#inEntry && !this.#skipping) this.#held.append(bytes.subarray(kept, end));
      kept = end;
    };
    for (let i = 0; i < bytes.length; i++) {
      if (this.#inString) {
        i = this.#throughString(bytes, i);
        continue;
      }
      const byte = bytes[i]!;
      if (byte <= 0x20) continue;
      const atElement = this.#inEntries && this.#depth === 3;
      if (atElement && (byte === 0x2c || byte === 0x5d)) {
        keepTo(i);
        this.#entryEnds();
      } else if (atElement && !this.#inEntry) {
        kept = i;
        this.#inEntry = true;
      }
      if (this.#skipping && this.#depth === 4 && (byte === 0x2c || byte === 0x7d)) {
        kept = i;
        this.#skipping = false;
      }
      this.#structure(byte);
      if (byte === 0x3a && this.#inEntries && this.#depth === 4 && this.#string === 'response') {
        keepTo(i + 1);
        this.#held.append(nullValue);
        this.#skipping = true;
      }
    }
    keepTo(bytes.length);
  }

  /** @throws InvalidRequestError when the document stopped early or is not a HAR capture at all. */
  end(): void {
    if (this.#depth !== 0 || this.#inString) {
      throw new InvalidRequestError(
        `the HAR document ends in the middle, after ${this.#number} entries; nothing was stored, send the whole file again`,
      );
    }
    if (!this.#found) throw notHar('no list log.entries was found');
  }

  #structure(byte: number): void {
    if (byte === quote) {
      this.#inString = true;
      this.#string = '';
    } else if (byte === 0x7b || byte === 0x5b) {
      if (this.#depth === 0 && byte === 0x5b) throw notHar('the document is an array');
      this.#depth += 1;
      if (byte === 0x5b && this.#depth === 3 && this.#keys[1] === 'log' && this.#keys[2] === 'entries') {
        this.#inEntries = true;
        this.#found = true;
      }
    } else if (byte === 0x7d || byte === 0x5d) {
      if (this.#depth === 3) this.#inEntries = false;
      this.#depth -= 1;
      if (this.#depth < 0) throw notHar('a bracket is closed that was not opened');
    } else if (byte === 0x3a && (this.#depth === 1 || this.#depth === 2)) {
      this.#keys[this.#depth] = this.#string;
    } else if (this.#depth === 0) {
      throw notHar(`the document starts or goes on with ${JSON.stringify(String.fromCharCode(byte))}`);
    }
  }

  /** From inside a string to its closing quote; returns the place of the last byte that was looked at. */
  #throughString(bytes: Buffer, start: number): number {
    const collect = this.#depth <= 4;
    for (let i = start; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (this.#escaped) this.#escaped = false;
      else if (byte === backslash) this.#escaped = true;
      else if (byte === quote) {
        this.#inString = false;
        return i;
      }
      if (collect && this.#string.length < maxKeyBytes) this.#string += String.fromCharCode(byte);
    }
    return bytes.length;
  }

  #entryEnds(): void {
    if (!this.#inEntry) return;
    this.#inEntry = false;
    this.#number += 1;
    this.#onEntry(this.#number, this.#held.take());
  }
}

const nullValue = Buffer.from('null');

function notHar(found: string): InvalidRequestError {
  return new InvalidRequestError(
    `not a HAR document: ${found}, expected {"log":{"entries":[…]}}; nothing was stored. ` +
      'One JSON object a line is sent as application/x-ndjson',
  );
}
