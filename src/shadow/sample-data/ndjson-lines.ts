import type { GeneratedSample } from './generate-samples.ts';

/** Lines joined before they are handed on: one write a sample would cost more than making it. */
const linesPerChunk = 500;

/** The samples as NDJSON, in chunks of whole lines, ready for a stream or a request body. */
export function* ndjsonLines(samples: Iterable<GeneratedSample>): Generator<Buffer> {
  let lines: string[] = [];
  for (const sample of samples) {
    lines.push(JSON.stringify(sample));
    if (lines.length < linesPerChunk) continue;
    yield Buffer.from(`${lines.join('\n')}\n`);
    lines = [];
  }
  if (lines.length > 0) yield Buffer.from(`${lines.join('\n')}\n`);
}
