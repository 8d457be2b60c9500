import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../src/platform/config/load.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createPool } from '../src/platform/database/pool.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts';
import { makeTraffic } from './make-traffic.ts';
import type { BenchContext } from './row.ts';

const sharedData = new URL('../../shared/data/', import.meta.url);

/** Runs `work` on a durable PostgreSQL of its own, migrated and empty, and removes it afterwards. */
export async function withBenchServer<T>(
  rounds: number,
  work: (context: BenchContext) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-'));
  const server = await startEmbeddedPostgres({ directory, database: 'bench', durable: true });
  const config = loadConfig({ DATABASE_URL: server.url, LOG_LEVEL: 'warn' });
  try {
    const owner = createPool(config, 'owner');
    await migrate(owner);
    await owner.end();
    const pool = createPool(config, 'app');
    try {
      const trafficFiles = await findTraffic(directory);
      return await work({
        config,
        pool,
        rounds,
        trafficFiles,
        log: (line) => process.stderr.write(`${line}\n`),
      });
    } finally {
      await pool.end();
    }
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
    await rm(server.dataDirectory, { recursive: true, force: true });
  }
}

async function findTraffic(directory: string): Promise<string[]> {
  const shared = await readdir(sharedData).catch(() => []);
  const files = shared
    .filter((name) => name.endsWith('.ndjson.gz'))
    .map((name) => fileURLToPath(new URL(name, sharedData)));
  return files.length > 0 ? files : [await makeTraffic(join(directory, 'traffic.ndjson.gz'))];
}
