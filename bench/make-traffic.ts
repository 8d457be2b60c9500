import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { generateSamples } from '../src/shadow/sample-data/generate-samples.ts';
import { ndjsonLines } from '../src/shadow/sample-data/ndjson-lines.ts';

/** As many as the shared files hold. */
const samplesDefault = 150_000;

/** Writes generated traffic for machines without the shared files. @returns the path. */
export async function makeTraffic(path: string, samples = samplesDefault): Promise<string> {
  await pipeline(
    Readable.from(ndjsonLines(generateSamples(1, samples))),
    createGzip({ level: 1 }),
    createWriteStream(path),
  );
  return path;
}
