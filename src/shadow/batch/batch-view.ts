import { batchMagic, batchVersion, headerBytes, noAttackType, section } from './layout.ts';
import { type TextColumn, textColumns } from './sample.ts';

/** A column of values inside a batch: value `i` is `bytes[offsets[i] … offsets[i + 1])`. */
export interface ColumnView {
  readonly offsets: Uint32Array;
  /** UTF-8; shared with the whole batch buffer, never to be written. */
  readonly bytes: Buffer;
}

/** Reads a packed batch in place: nothing is copied until a value is asked for as a string. */
export class BatchView {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly at: Float64Array;
  readonly present: Uint8Array;
  readonly headers: ColumnView;
  readonly #flags: Uint8Array;
  readonly #attackType: Uint16Array;
  readonly #attackTypes: readonly string[];
  readonly #columns: readonly ColumnView[];

  /** @param buffer a whole batch; a copy is made only when it does not start on an 8-byte boundary. */
  constructor(buffer: Uint8Array) {
    const body = buffer.byteOffset % 8 === 0 ? buffer : new Uint8Array(buffer);
    const base = body.byteOffset;
    const header = new Uint32Array(body.buffer, base, headerBytes / 4);
    if (header[0] !== batchMagic || header[1] !== batchVersion) {
      throw new Error(`not a sample batch of version ${batchVersion}: found ${header[0]}/${header[1]}`);
    }
    const n = header[2]!;
    const offsetOf = (s: number) => base + header[3 + 2 * s]!;
    const lengthOf = (s: number) => header[4 + 2 * s]!;
    const columnAt = (s: number): ColumnView => ({
      offsets: new Uint32Array(body.buffer, offsetOf(s), n + 1),
      bytes: Buffer.from(body.buffer as ArrayBuffer, offsetOf(s) + (n + 1) * 4, lengthOf(s) - (n + 1) * 4),
    });
    this.count = n;
    this.at = new Float64Array(body.buffer, offsetOf(section.at), n);
    this.present = new Uint8Array(body.buffer, offsetOf(section.present), n);
    this.headers = columnAt(section.headers);
    this.#flags = new Uint8Array(body.buffer, offsetOf(section.flags), n);
    this.#attackType = new Uint16Array(body.buffer, offsetOf(section.attackType), n);
    const dictionary = Buffer.from(
      body.buffer as ArrayBuffer,
      offsetOf(section.dictionary),
      lengthOf(section.dictionary),
    );
    this.#attackTypes = JSON.parse(dictionary.toString('utf8')) as string[];
    this.#columns = textColumns.map((_, k) => columnAt(section.columns + k));
  }

  isAttack(i: number): boolean {
    return (this.#flags[i]! & 1) === 1;
  }

  attackType(i: number): string | null {
    const index = this.#attackType[i]!;
    return index === noAttackType ? null : this.#attackTypes[index]!;
  }

  column(name: TextColumn): ColumnView {
    return this.#columns[textColumns.indexOf(name)]!;
  }

  /** Whether sample `i` has a value in the column; the empty string is a value. */
  has(name: TextColumn, i: number): boolean {
    return (this.present[i]! & (1 << textColumns.indexOf(name))) !== 0;
  }

  text(name: TextColumn, i: number): string | null {
    if (!this.has(name, i)) return null;
    const { offsets, bytes } = this.column(name);
    return bytes.toString('utf8', offsets[i]!, offsets[i + 1]!);
  }

  /** Calls `visit` with the byte ranges of each header of sample `i`, in the caller's order. */
  forEachHeader(
    i: number,
    visit: (nameStart: number, nameEnd: number, valueStart: number, valueEnd: number) => void,
  ): void {
    const { offsets, bytes } = this.headers;
    const end = offsets[i + 1]!;
    let at = offsets[i]!;
    while (at < end) {
      const nameEnd = at + 4 + bytes.readUInt32LE(at);
      const valueEnd = nameEnd + 4 + bytes.readUInt32LE(nameEnd);
      visit(at + 4, nameEnd, nameEnd + 4, valueEnd);
      at = valueEnd;
    }
  }
}
