/**
 * Incremental parser of PostgreSQL's binary COPY format ("COPY", section Binary Format, in the manual): an 11-byte
 * signature, two header words, then per row an Int16 field count and each field as Int32 length and bytes; -1 is
 * NULL and a field count of -1 ends the stream.
 */
const signature = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const headerLength = signature.length + 8;
/** What precedes the first row, with the empty extension that PostgreSQL sends. */
export const copyHeaderBytes = headerLength;

/** A field is a copy: the memory of network reads is used again. */
export type CopyField = Buffer | null;

/** Up to this length a field is a slice of Node's buffer pool, beyond it stands alone and can be transferred. */
const shortFieldBytesMax = 2048;

/** Memory for a field longer than `shortFieldBytesMax`. */
export type Allocate = (length: number) => Buffer;

const allocateOwn: Allocate = (length) => Buffer.from(new ArrayBuffer(length));

export class CopyRowParser {
  /** Bytes that could not be read yet: always shorter than a header, a count or a length. */
  #rest: Buffer = Buffer.alloc(0);
  #headerRead = false;
  #row: CopyField[] = [];
  #fieldsLeft = 0;
  /** The field that is being read. */
  #field: Buffer | null = null;
  #filled = 0;
  #ended = false;
  readonly #allocate: Allocate;

  constructor(allocate: Allocate = allocateOwn) {
    this.#allocate = allocate;
  }

  /** @returns the rows that `chunk` completed; nothing of it is held on to. */
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
        } else {
          this.#field = length > shortFieldBytesMax ? this.#allocate(length) : Buffer.allocUnsafe(length);
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
    this.#rest = Buffer.from(input.subarray(from));
    return rows;
  }
}
