import { createReadStream } from 'node:fs';
import { ingestSamples } from '../src/shadow/samples/ingest-samples.ts';
import type { BenchContext } from './row.ts';

/** Uploads the traffic files again and again until the dataset holds at least `samplesMin`. @returns how many it holds. */
export async function uploadRepeated(
  context: BenchContext,
  dataset: string,
  samplesMin: number,
): Promise<number> {
  let stored = 0;
  while (stored < samplesMin) {
    for (const file of context.trafficFiles) {
      const result = await ingestSamples(
        createReadStream(file),
        { tenantId: '*', dataset, format: 'ndjson' },
        { pool: context.pool, clock: Date.now },
      );
      stored += result.stored;
    }
  }
  return stored;
}
