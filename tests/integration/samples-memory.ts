import pg from 'pg';
import { ingestSamples } from '../../src/shadow/samples/ingest-samples.ts';
import { traffic } from './samples-traffic.ts';

/** Run by samples-stream.test.ts: the peak memory of a process that stores 55 MB, and then 220 MB more. */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 2 });
// The same pieces again and again, so that making them is not what is measured.
const pieces = [...traffic(10_000)];

async function measure(times: number): Promise<{ bytes: number; peakRssBytes: number }> {
  let [bytes, peakRssBytes] = [0, 0];
  async function* repeated() {
    for (let i = 0; i < times; i++) {
      for (const piece of pieces) {
        bytes += piece.length;
        peakRssBytes = Math.max(peakRssBytes, process.memoryUsage.rss());
        yield piece;
      }
    }
  }
  const options = { tenantId: '*', dataset: 'memory', format: 'ndjson' } as const;
  await ingestSamples(repeated(), options, { pool, clock: Date.now });
  return { bytes, peakRssBytes };
}

const small = await measure(30);
const large = await measure(120);
await pool.end();
process.stdout.write(JSON.stringify({ small, large }));
