import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeTraffic } from '../../bench/make-traffic.ts';
import { formatMemoryRow, measureMemory } from '../../bench/memory.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
const directory = mkdtempSync(join(tmpdir(), 'assay-memory-'));
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await database?.drop();
});

/** The short version of `npm run bench:memory`, which goes from 100,000 to 1,000,000. */
test.skipIf(process.platform !== 'linux')(
  'a worker needs no more memory for ten times the samples',
  // When garbage is collected depends on what else the machine does: a peak may be high once, a leak is every time.
  { retry: 2 },
  async () => {
    const rows = await measureMemory(
      {
        config: loadConfig({ DATABASE_URL: database.url }),
        pool: database.appPool,
        rounds: 1,
        trafficFiles: [await makeTraffic(join(directory, 'traffic.ndjson.gz'), 20_000)],
        log: () => {},
      },
      { small: 20_000, large: 200_000 },
    );
    for (const row of rows)
      expect(row.large.peakMb - row.small.peakMb, formatMemoryRow(row)).toBeLessThan(50);
  },
);
