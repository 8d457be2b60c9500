import { HeldBytes } from './held-bytes.ts';

const newline = 0x0a;
const comma = 0x2c;
const quote = 0x22;

const fieldStart = 0;
const unquoted = 1;
const quoted = 2;
/** After a quote inside a quoted field: the end of the field, or the first half of a doubled quote. */
const closing = 3;

/**
 * Cuts a byte stream into CSV records, which may hold newlines inside quotes. A record past the line limit is dropped
 * without being held, and the next one starts at the next newline, quoted or not.
 *
 * Our own and not csv-parse's: its `max_record_size` neither bounds the memory of a field that never ends nor lets
 * the stream go on after one, and it replaces invalid UTF-8 instead of reporting it.
 */
export class CsvRecords {
  readonly #held = new HeldBytes();
  readonly #onRecord: (lineNumber: number, record: Buffer | null) => void;
  #state = fieldStart;
  #lineNumber = 1;
  #startLine = 1;

  /** @param onRecord gets the line on which the record starts and its bytes, null when it was too long. */
  constructor(onRecord: (lineNumber: number, record: Buffer | null) => void) {
    this.#onRecord = onRecord;
  }

  push(bytes: Buffer): void {
    let start = 0;
    let state = this.#state;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte === newline) {
        this.#lineNumber += 1;
        // Inside quotes a newline is text, unless the field has grown past what a record may be.
        const inside = state === quoted;
        this.#held.append(bytes.subarray(start, inside ? i + 1 : i));
        start = i + 1;
        if (inside && !this.#held.overflowed) continue;
        this.#record();
        state = fieldStart;
      } else if (state === quoted) {
        if (byte === quote) state = closing;
      } else if (byte === comma) {
        state = fieldStart;
      } else if (byte === quote && state !== unquoted) {
        state = quoted;
      } else {
        state = unquoted;
      }
    }
    this.#held.append(bytes.subarray(start));
    this.#state = state;
  }

  end(): void {
    if (!this.#held.isEmpty) this.#record();
  }

  #record(): void {
    this.#onRecord(this.#startLine, this.#held.take());
    this.#startLine = this.#lineNumber;
  }
}
