import type { Pool } from 'pg';
import { CsvReader } from './csv-reader.ts';
import { decodeBody } from './decode-body.ts';
import { HarReader } from './har-reader.ts';
import { NdjsonReader } from './ndjson-reader.ts';
import { type LineError, type PackedChunk, SamplePacker } from './sample-packer.ts';
import type { SampleReader } from './sample-reader.ts';
import { storeChunks } from './store-chunks.ts';
import type { UploadSlots } from './upload-slots.ts';

export type SampleFormat = 'ndjson' | 'csv' | 'har';

export interface IngestOptions {
  /** The dataset's owner: a tenant, or `*` for one shared with every tenant. */
  tenantId: string;
  dataset: string;
  format: SampleFormat;
  /** The body was declared to be gzip; an undeclared gzip body is recognised. */
  gzip?: boolean;
  /** The label of lines that have none; required for HAR, whose entries cannot have one. */
  label?: 'attack' | 'benign' | undefined;
  /** The type of attacks that name none. */
  attackType?: string | undefined;
}

export interface IngestDeps {
  pool: Pool;
  /** Bounds the uploads that hold a connection; absent for a tool that sends one at a time. */
  slots?: UploadSlots | undefined;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

export interface IngestResult {
  dataset: string;
  /** Lines, records or entries that were not blank. */
  received: number;
  stored: number;
  rejected: number;
  /** The first 100. */
  errors: LineError[];
}

/** Bytes parsed without a pause; other requests are answered in between. 256 KiB is about 4 ms. */
const maxStepBytes = 256 * 1024;

/**
 * Stores an upload of labelled requests as the next version of a dataset. Memory does not depend on its size. Bad
 * lines are counted and the first 100 reported; a stream that breaks off leaves nothing. Where no line was good there
 * is nothing to store, and a dataset that did not exist still does not.
 *
 * @example
 * await ingestSamples(createReadStream('traffic.ndjson.gz'), { tenantId: '*', dataset: 'default', format: 'ndjson' },
 *   { pool, clock: Date.now });
 */
export async function ingestSamples(
  source: AsyncIterable<Uint8Array>,
  options: IngestOptions,
  deps: IngestDeps,
): Promise<IngestResult> {
  const packer = new SamplePacker({
    isAttack: options.label === undefined ? null : options.label === 'attack',
    attackType: options.attackType ?? null,
    arrivedAt: deps.clock(),
  });
  const bytes = decodeBody(source, options.gzip ?? false);
  const chunks = packChunks(bytes, readerFor(options, packer), packer, deps.clock);
  try {
    // A connection is taken only when there is something to store, so slow and small uploads hold none.
    const first = await chunks.next();
    if (!first.done) {
      const store = () =>
        storeChunks(
          deps.pool,
          { tenantId: options.tenantId, name: options.dataset },
          resume(first.value, chunks),
          () => packer,
        );
      await (deps.slots === undefined ? store() : deps.slots.run(store));
    }
  } finally {
    await chunks.return();
  }
  const { received, stored, rejected, errors } = packer;
  return { dataset: options.dataset, received, stored, rejected, errors };
}

function readerFor(options: IngestOptions, packer: SamplePacker): SampleReader {
  switch (options.format) {
    case 'ndjson':
      return new NdjsonReader(packer);
    case 'csv':
      return new CsvReader(packer, options.label !== undefined);
    case 'har':
      return new HarReader(packer);
  }
}

async function* packChunks(
  body: AsyncIterable<Buffer>,
  reader: SampleReader,
  packer: SamplePacker,
  clock: () => number,
): AsyncGenerator<PackedChunk, void, undefined> {
  for await (const bytes of body) {
    packer.defaults.arrivedAt = clock();
    for (let start = 0; start < bytes.length; start += maxStepBytes) {
      reader.push(bytes.subarray(start, start + maxStepBytes));
      yield* packer.takeFull();
    }
  }
  reader.end();
  yield* packer.takeRest();
}

async function* resume(
  first: PackedChunk,
  rest: AsyncGenerator<PackedChunk, void, undefined>,
): AsyncGenerator<PackedChunk, void, undefined> {
  yield first;
  yield* rest;
}
