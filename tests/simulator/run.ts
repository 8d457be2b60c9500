// npm run simulate -- [--seed S] [--events N] [--ledger model|real]: the lease protocol under faults, checked after every
// event. The seed repeats a run; a failure names the seed of the world it happened in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/platform/config/load.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { realTrouble } from './options.ts';
import { RealLedger } from './real-ledger.ts';
import { type SimulationResult, simulate, type WrapLedger } from './simulate.ts';

const usage = 'usage: npm run simulate -- [--seed S] [--events N] [--ledger model|real]\n';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      events: { type: 'string', default: '10000000' },
      ledger: { type: 'string', default: 'model' },
    },
  });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  const events = Number(values.events);
  if (!Number.isInteger(seed) || !(events > 0) || !['model', 'real'].includes(values.ledger)) {
    process.stderr.write(usage);
    return 2;
  }
  process.stdout.write(`seed ${seed}, ${events} events, ledger: ${values.ledger}\n`);
  if (values.ledger === 'real') await withRealLedger((wrap) => report(seed, events, wrap));
  else await report(seed, events);
  return 0;
}

/** In parts, so that a night's run says how far it is. */
async function report(seed: number, events: number, wrap?: WrapLedger): Promise<void> {
  const startedAt = performance.now();
  const part = wrap === undefined ? 10_000_000 : 50_000;
  let done = 0;
  let worlds = 0;
  while (done < events) {
    const result: SimulationResult = await simulate(
      {
        seed: seed + worlds,
        events: Math.min(part, events - done),
        ...(wrap === undefined ? {} : { trouble: realTrouble }),
      },
      wrap,
    );
    done += result.events;
    worlds += result.episodes;
    const perSecond = Math.round(done / ((performance.now() - startedAt) / 1_000));
    process.stdout.write(
      `${done} events in ${worlds} worlds, ${perSecond} events/s, no violation; ` +
        `the last ${result.events}: ${result.kills} kills, ${result.allowed} decisions allowed\n`,
    );
  }
}

async function withRealLedger(work: (wrap: WrapLedger) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-simulate-'));
  const server = await startEmbeddedPostgres({ directory, database: 'simulate', durable: false });
  const config = loadConfig({ DATABASE_URL: server.url, LOG_LEVEL: 'warn' });
  const ownerPool = createPool(config, 'owner');
  const pool = createPool(config, 'app');
  try {
    await migrate(ownerPool);
    const ledger = await RealLedger.open(pool, ownerPool);
    await work((model, world) => ledger.beside(model, world));
    await ledger.close();
  } finally {
    await Promise.all([pool.end(), ownerPool.end()]);
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
    rmSync(server.dataDirectory, { recursive: true, force: true });
  }
}

process.exitCode = await main();
