import { BatchWriter } from '../batch/batch-writer.ts';
import { maxSamplesPerBatch } from '../batch/layout.ts';
import type { Sample } from '../batch/sample.ts';
import { hashContent } from './content-hash.ts';
import { LineFault } from './line-fault.ts';
import { readSample, type SampleDefaults } from './read-sample.ts';
import type { LineSink } from './sample-reader.ts';

/** A full batch and the columns of its row that SQL reads. */
export interface PackedChunk {
  /** Index of its first sample within the upload. */
  firstIndex: number;
  sampleCount: number;
  attackCount: number;
  /** Milliseconds since the epoch. */
  at: Float64Array;
  /** High and low half of each 64-bit content hash. */
  contentHash: Int32Array;
  body: Buffer;
}

export interface LineError {
  line: number;
  reason: string;
}

/** What the contract reports of bad lines; the count of all of them is exact. */
export const maxReportedErrors = 100;

/** Validates lines, packs the good ones and keeps the count of all. */
export class SamplePacker implements LineSink {
  /** Lines that were not blank. */
  received = 0;
  stored = 0;
  attacks = 0;
  rejected = 0;
  readonly errors: LineError[] = [];
  readonly defaults: SampleDefaults;
  readonly #writer = new BatchWriter();
  readonly #at = new Float64Array(maxSamplesPerBatch);
  readonly #contentHash = new Int32Array(2 * maxSamplesPerBatch);
  #chunkAttacks = 0;
  #full: PackedChunk[] = [];

  constructor(defaults: SampleDefaults) {
    this.defaults = defaults;
  }

  line(number: number, value: unknown): void {
    let sample: Sample;
    try {
      sample = readSample(value, this.defaults);
    } catch (error) {
      if (!(error instanceof LineFault)) throw error;
      this.reject(number, error.message);
      return;
    }
    this.received += 1;
    this.#append(sample);
  }

  reject(number: number, reason: string): void {
    this.received += 1;
    this.rejected += 1;
    if (this.errors.length < maxReportedErrors) this.errors.push({ line: number, reason });
  }

  /** The batches that are full since the last call. */
  takeFull(): PackedChunk[] {
    const full = this.#full;
    if (full.length > 0) this.#full = [];
    return full;
  }

  /** The batches that are full and the one begun, at the end of the upload. */
  takeRest(): PackedChunk[] {
    if (this.#writer.count > 0) this.#close();
    return this.takeFull();
  }

  #append(sample: Sample): void {
    const i = this.#writer.count;
    this.#at[i] = sample.at;
    hashContent(sample, this.#contentHash, i);
    this.#writer.append(sample);
    this.stored += 1;
    if (sample.isAttack) this.#chunkAttacks += 1;
    if (this.#writer.full) this.#close();
  }

  #close(): void {
    const sampleCount = this.#writer.count;
    this.#full.push({
      firstIndex: this.stored - sampleCount,
      sampleCount,
      attackCount: this.#chunkAttacks,
      at: this.#at.slice(0, sampleCount),
      contentHash: this.#contentHash.slice(0, 2 * sampleCount),
      body: this.#writer.finish(),
    });
    this.attacks += this.#chunkAttacks;
    this.#chunkAttacks = 0;
  }
}
