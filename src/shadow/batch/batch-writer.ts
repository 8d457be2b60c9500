import {
  align8,
  batchMagic,
  batchVersion,
  headerBytes,
  headerWord,
  maxSamplesPerBatch,
  maxTextBytesPerBatch,
  noAttackType,
} from './layout.ts';
import { type Sample, textColumns } from './sample.ts';
import { compressSection } from './section-codec.ts';

/** A column of variable-length values: their bytes end to end, and how long each is. */
class TextBuffer {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #length = 0;
  readonly lengths = new Uint32Array(maxSamplesPerBatch);

  get length(): number {
    return this.#length;
  }

  /** Appends `text`; three bytes a UTF-16 unit is the most UTF-8 can need. */
  append(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  appendPrefixed(text: string): void {
    this.#reserve(4 + text.length * 3);
    const written = this.#bytes.write(text, this.#length + 4, 'utf8');
    this.#bytes.writeUInt32LE(written, this.#length);
    this.#length += 4 + written;
  }

  /** The lengths of n values and their bytes; empty when all n are absent or empty and `present` tells which. */
  toSection(n: number): Buffer {
    if (this.#length === 0) return Buffer.alloc(0);
    return Buffer.concat([Buffer.from(this.lengths.buffer, 0, n * 4), this.#bytes.subarray(0, this.#length)]);
  }

  reset(): void {
    this.#length = 0;
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + extra));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Collects samples and packs them into the layout of `layout.ts`. Reusable: `finish` empties it. */
export class BatchWriter {
  #count = 0;
  readonly #at = new Float64Array(maxSamplesPerBatch);
  readonly #flags = new Uint8Array(maxSamplesPerBatch);
  readonly #present = new Uint8Array(maxSamplesPerBatch);
  readonly #attackType = new Uint16Array(maxSamplesPerBatch);
  #dictionary = new Map<string, number>();
  readonly #columns = textColumns.map(() => new TextBuffer());
  readonly #headers = new TextBuffer();

  get count(): number {
    return this.#count;
  }

  /** True once `finish` must be called before another `append`. */
  get full(): boolean {
    if (this.#count === maxSamplesPerBatch) return true;
    let bytes = this.#headers.length;
    for (const column of this.#columns) bytes += column.length;
    return bytes >= maxTextBytesPerBatch;
  }

  append(sample: Sample): void {
    const i = this.#count++;
    this.#at[i] = sample.at;
    this.#flags[i] = sample.isAttack ? 1 : 0;
    this.#attackType[i] =
      sample.attackType === null ? noAttackType : this.#dictionaryIndex(sample.attackType);
    let present = 0;
    const values = [
      sample.id,
      sample.sourceIp,
      sample.method,
      sample.uri,
      sample.userAgent,
      sample.payload,
      sample.metadata,
    ];
    for (let k = 0; k < values.length; k++) {
      const column = this.#columns[k]!;
      const value = values[k];
      const start = column.length;
      if (value !== null && value !== undefined) {
        present |= 1 << k;
        column.append(value);
      }
      column.lengths[i] = column.length - start;
    }
    this.#present[i] = present;
    const headersStart = this.#headers.length;
    for (const [name, value] of sample.headers) {
      this.#headers.appendPrefixed(name);
      this.#headers.appendPrefixed(value);
    }
    this.#headers.lengths[i] = this.#headers.length - headersStart;
  }

  /** The packed batch, in a buffer of its own; the writer is empty afterwards. */
  finish(): Buffer {
    const n = this.#count;
    const sections = [
      Buffer.concat([
        Buffer.from(this.#at.buffer, 0, n * 8),
        Buffer.from(this.#attackType.buffer, 0, n * 2),
        Buffer.from(this.#flags.buffer, 0, n),
        Buffer.from(this.#present.buffer, 0, n),
      ]),
      Buffer.from(JSON.stringify([...this.#dictionary.keys()])),
      ...[...this.#columns, this.#headers].map((text) => text.toSection(n)),
    ];
    const body = assemble(n, sections);
    this.#reset();
    return body;
  }

  #dictionaryIndex(attackType: string): number {
    const known = this.#dictionary.get(attackType);
    if (known !== undefined) return known;
    const index = this.#dictionary.size;
    this.#dictionary.set(attackType, index);
    return index;
  }

  #reset(): void {
    this.#count = 0;
    this.#dictionary = new Map();
    for (const column of this.#columns) column.reset();
    this.#headers.reset();
  }
}

function assemble(count: number, sections: readonly Buffer[]): Buffer {
  const stored = sections.map(compressSection);
  const offsets: number[] = [];
  let end = headerBytes;
  for (const section of stored) {
    offsets.push(end);
    end = align8(end + section.length);
  }
  const body = Buffer.alloc(end);
  const header = new Uint32Array(body.buffer, body.byteOffset, headerBytes / 4);
  header.set([batchMagic, batchVersion, count]);
  for (let s = 0; s < sections.length; s++) {
    header.set([offsets[s]!, stored[s]!.length, sections[s]!.length], headerWord(s));
    body.set(stored[s]!, offsets[s]!);
  }
  return body;
}
