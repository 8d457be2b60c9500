/**
 * Incremental parser of PostgreSQL's binary COPY format ("COPY", section Binary Format, in the manual): an 11-byte
 * signature, two header words, then per row an Int16 field count and each field as Int32 length and bytes; -1 is
 * NULL and a field count of -1 ends the stream.
 */
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headerLength = signature.length + 8;
/** What precedes the first row, with the empty extension that PostgreSQL sends. */
export const copyHeaderBytes = headerLength;

/** A field that arrived in one piece is a view of the network buffer; hold on to it only after copying. */
export type CopyField = Buffer | null;

/** Memory for a field that arrives in pieces. */
export type Allocate = (length: number) => Buffer;

const allocateOwn: Allocate = (length) => Buffer.from(new ArrayBuffer(length));

export class CopyRowParser {
  /** Bytes that could not be read yet: always shorter than a header, a count or a length. */
  #rest: Buffer = Buffer.alloc(0);
  #headerRead = false;
  #row: CopyField[] = [];
  #fieldsLeft = 0;
  /** A field that spans network buffers, in memory of its own so that it can be transferred to a thread. */
  #field: Buffer | null = null;
  #filled = 0;
  #ended = false;
  readonly #allocate: Allocate;

  constructor(allocate: Allocate = allocateOwn) {
    this.#allocate = allocate;
  }

  /** @returns the rows that `chunk` completed. */
  push(chunk: Buffer): CopyField[][] {
    const rows: CopyField[][] = [];
    const input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    if (!this.#headerRead) {
      if (input.length < headerLength) return this.#keep(input, 0, rows);
      if (!input.subarray(0, signature.length).equals(signature)) throw new Error('not a binary COPY stream');
      at = headerLength + input.readInt32BE(signature.length + 4);
      this.#headerRead = true;
    }
    while (!this.#ended) {
      if (this.#field !== null) {
        const taken = Math.min(input.length - at, this.#field.length - this.#filled);
        input.copy(this.#field, this.#filled, at, at + taken);
        this.#filled += taken;
        at += taken;
        if (this.#filled < this.#field.length) break;
        this.#complete(this.#field, rows);
        this.#field = null;
      } else if (this.#fieldsLeft === 0) {
        if (input.length - at < 2) break;
        this.#fieldsLeft = input.readInt16BE(at);
        at += 2;
        this.#ended = this.#fieldsLeft === -1;
      } else {
        if (input.length - at < 4) break;
        const length = input.readInt32BE(at);
        at += 4;
        if (length === -1) {
          this.#complete(null, rows);
        } else if (input.length - at >= length) {
          this.#complete(input.subarray(at, at + length), rows);
          at += length;
        } else {
          this.#field = this.#allocate(length);
          this.#filled = 0;
        }
      }
    }
    return this.#keep(input, at, rows);
  }

  #complete(field: CopyField, rows: CopyField[][]): void {
    this.#row.push(field);
    this.#fieldsLeft--;
    if (this.#fieldsLeft === 0) {
      rows.push(this.#row);
      this.#row = [];
    }
  }

  #keep(input: Buffer, from: number, rows: CopyField[][]): CopyField[][] {
    this.#rest = from === input.length ? Buffer.alloc(0) : input.subarray(from);
    return rows;
  }
}
