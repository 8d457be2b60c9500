import { mkdtempSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/platform/config/load.ts';
import { migrate } from '../src/platform/database/migrate.ts';
import { createPool } from '../src/platform/database/pool.ts';
import { startEmbeddedPostgres } from '../src/platform/embedded/postgres.ts';
import { evaluationScenario } from './evaluation.ts';
import { makeTraffic } from './make-traffic.ts';
import type { BenchRow, Scenario } from './row.ts';
import { samplesIngestScenario } from './samples-ingest.ts';
import { formatTable } from './table.ts';

/** By the number of the goal it measures. */
const scenarios: Record<string, Scenario> = { P6: evaluationScenario, P12: samplesIngestScenario };

const sharedData = new URL('../../shared/data/', import.meta.url);
const resultsFolder = new URL('./results/', import.meta.url);

/**
 * `npm run bench [-- --only P6 --rounds 7]`: each scenario on a PostgreSQL started for it, beside its reference; prints a
 * table and writes the same as JSON. A benchmark informs: it never fails for being slow.
 */
async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { only: { type: 'string' }, rounds: { type: 'string' } },
  });
  const rounds = Number(values.rounds ?? 5);
  const chosen = Object.entries(scenarios).filter(([id]) => values.only === undefined || values.only === id);
  if (!Number.isInteger(rounds) || rounds < 1 || chosen.length === 0) {
    throw new Error(`usage: npm run bench -- [--only ${Object.keys(scenarios).join('|')}] [--rounds 5]`);
  }
  const rows: BenchRow[] = [];
  for (const [, scenario] of chosen) rows.push(...(await runOnOwnServer(scenario, rounds)));
  process.stdout.write(`\n${formatTable(rows)}\n`);
  await mkdir(resultsFolder, { recursive: true });
  const file = new URL(`${new Date().toISOString().replaceAll(':', '')}.json`, resultsFolder);
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
  await writeFile(file, `${JSON.stringify({ machine, rounds, rows }, null, 2)}\n`);
  process.stdout.write(`written to ${fileURLToPath(file)}\n`);
}

async function runOnOwnServer(scenario: Scenario, rounds: number): Promise<BenchRow[]> {
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
      return await scenario({
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

await main(process.argv.slice(2));
