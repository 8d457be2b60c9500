import { batchMagic, batchVersion, core, headerBytes, headerWord, noAttackType, section } from './layout.ts';
import { type TextColumn, textColumns } from './sample.ts';
import { decompressSection, spareBytes } from './section-codec.ts';

/** A column of values inside a batch: value `i` is `bytes[offsets[i] … offsets[i + 1])`. */
export interface ColumnView {
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** UTF-8; shared with the whole batch buffer, never to be written. */
  readonly bytes: Buffer;
}

/** Reads a packed batch: a column is unpacked when it is first asked for, a value becomes a string when it is. */
export class BatchView {
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly at: Float64Array;
  /** One byte a sample; bit 0: is_attack. */
  readonly flags: Uint8Array;
  /** One byte a sample; bit k: text column k has a value. */
  readonly present: Uint8Array;
  /** Index into `attackTypes`; `noAttackType` where there is none. */
  readonly attackTypeIndex: Uint16Array;
  /** The distinct attack types of the batch. */
  readonly attackTypes: readonly string[];
  readonly #body: Uint8Array;
  readonly #header: Uint32Array;
  readonly #columns: (ColumnView | undefined)[] = new Array(textColumns.length + 1);
  readonly #unpacked: ArrayBuffer[] = [];

  /** @param buffer a whole batch; a copy is made only when it does not start on an 8-byte boundary. */
  constructor(buffer: Uint8Array) {
    this.#body = buffer.byteOffset % 8 === 0 ? buffer : new Uint8Array(buffer);
    this.#header = new Uint32Array(this.#body.buffer, this.#body.byteOffset, headerBytes / 4);
    if (this.#header[0] !== batchMagic || this.#header[1] !== batchVersion) {
      throw new Error(
        `not a sample batch of version ${batchVersion}: found ${this.#header[0]}/${this.#header[1]}`,
      );
    }
    const n = this.#header[2]!;
    const { buffer: memory, byteOffset: start } = this.#section(section.core);
    this.count = n;
    this.at = new Float64Array(memory, start, n);
    this.attackTypeIndex = new Uint16Array(memory, start + core.attackTypes(n), n);
    this.flags = new Uint8Array(memory, start + core.flags(n), n);
    this.present = new Uint8Array(memory, start + core.present(n), n);
    this.attackTypes = JSON.parse(this.#section(section.dictionary).toString('utf8')) as string[];
  }

  get headers(): ColumnView {
    return this.#columnAt(textColumns.length);
  }

  column(name: TextColumn): ColumnView {
    return this.#columnAt(textColumns.indexOf(name));
  }

  isAttack(i: number): boolean {
    return (this.flags[i]! & 1) === 1;
  }

  attackType(i: number): string | null {
    const index = this.attackTypeIndex[i]!;
    return index === noAttackType ? null : this.attackTypes[index]!;
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

  #columnAt(k: number): ColumnView {
    let column = this.#columns[k];
    if (column === undefined) {
      column = unpackColumn(this.#section(section.columns + k), this.count);
      this.#unpacked.push(column.offsets.buffer);
      this.#columns[k] = column;
    }
    return column;
  }

  #section(number: number): Buffer {
    const [offset, stored, length] = this.#header.subarray(
      headerWord(number),
      headerWord(number) + 3,
    ) as unknown as [number, number, number];
    const start = this.#body.byteOffset + offset;
    const bytes = Buffer.from(this.#body.buffer as ArrayBuffer, start, stored);
    if (stored === length) return bytes;
    const unpacked = decompressSection(bytes, length);
    // Node hands out small buffers as slices of a shared one, which is not ours to give back.
    if (unpacked.buffer.byteLength === length + spareBytes)
      this.#unpacked.push(unpacked.buffer as ArrayBuffer);
    return unpacked;
  }

  /**
   * Gives the memory back at once; the view and everything read from it must not be used afterwards. A thread unpacks
   * half a megabyte a batch, and V8, which sees only small objects, would let hundreds of them wait for a collection.
   */
  dispose(): void {
    for (const memory of this.#unpacked) memory.transfer(0);
    this.#unpacked.length = 0;
  }
}

function unpackColumn(section: Buffer, n: number): ColumnView {
  const offsets = new Uint32Array(n + 1);
  if (section.length === 0) return { offsets, bytes: section };
  const lengths = new Uint32Array(section.buffer, section.byteOffset, n);
  let end = 0;
  for (let i = 0; i < n; i++) {
    end += lengths[i]!;
    offsets[i + 1] = end;
  }
  return { offsets, bytes: section.subarray(n * 4) };
}
