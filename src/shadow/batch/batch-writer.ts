import {
  align8,
  batchMagic,
  batchVersion,
  headerBytes,
  maxSamplesPerBatch,
  maxTextBytesPerBatch,
  noAttackType,
  section,
} from './layout.ts';
import { type Sample, textColumns } from './sample.ts';

/** A column of variable-length values: their bytes end to end, and where each ends. */
class TextBuffer {
  #bytes = Buffer.allocUnsafe(16 * 1024);
  #length = 0;
  readonly ends = new Uint32Array(maxSamplesPerBatch);

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

  copyTo(target: Buffer, offset: number): void {
    this.#bytes.copy(target, offset, 0, this.#length);
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
      if (value !== null && value !== undefined) {
        present |= 1 << k;
        column.append(value);
      }
      column.ends[i] = column.length;
    }
    this.#present[i] = present;
    for (const [name, value] of sample.headers) {
      this.#headers.appendPrefixed(name);
      this.#headers.appendPrefixed(value);
    }
    this.#headers.ends[i] = this.#headers.length;
  }

  /** The packed batch, in a buffer of its own; the writer is empty afterwards. */
  finish(): Buffer {
    const n = this.#count;
    const dictionary = Buffer.from(JSON.stringify([...this.#dictionary.keys()]));
    const texts = [...this.#columns, this.#headers];
    const lengths = [
      n * 8,
      n,
      n,
      n * 2,
      dictionary.length,
      ...texts.map((text) => (n + 1) * 4 + text.length),
    ];
    const offsets: number[] = [];
    let end = headerBytes;
    for (const length of lengths) {
      offsets.push(end);
      end = align8(end + length);
    }
    const body = Buffer.alloc(end);
    const header = new Uint32Array(body.buffer, body.byteOffset, headerBytes / 4);
    header.set([batchMagic, batchVersion, n]);
    for (let s = 0; s < lengths.length; s++) header.set([offsets[s]!, lengths[s]!], 3 + 2 * s);
    const put = (view: Uint8Array, s: number) => body.set(view, offsets[s]!);
    put(new Uint8Array(this.#at.buffer, 0, n * 8), section.at);
    put(this.#flags.subarray(0, n), section.flags);
    put(this.#present.subarray(0, n), section.present);
    put(new Uint8Array(this.#attackType.buffer, 0, n * 2), section.attackType);
    put(dictionary, section.dictionary);
    for (let t = 0; t < texts.length; t++) {
      const offset = offsets[section.columns + t]!;
      // The first of the n + 1 offsets is 0, and the buffer was zeroed.
      body.set(new Uint8Array(texts[t]!.ends.buffer, 0, n * 4), offset + 4);
      texts[t]!.copyTo(body, offset + (n + 1) * 4);
    }
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
