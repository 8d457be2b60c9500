import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { assignScenario } from './assign.ts';
import { auditMoneyPathScenario } from './audit-money-path.ts';
import { auditScenario } from './audit-sequencer.ts';
import { betaDrawsScenario } from './beta-draws.ts';
import { evaluationScenario } from './evaluation.ts';
import { leaseDecisionScenario } from './lease-decision.ts';
import { balanceScenario } from './ledger-balance.ts';
import { batchScenario } from './ledger-batch.ts';
import { consumeScenario } from './ledger-consume.ts';
import { grantsScenario } from './ledger-grants.ts';
import { transactionScenario } from './ledger-transaction.ts';
import { posteriorScenario } from './posterior-comparison.ts';
import type { BenchRow, Scenario } from './row.ts';
import { samplesIngestScenario } from './samples-ingest.ts';
import { withBenchServer } from './server.ts';
import { sidecarScenario } from './sidecar-consume.ts';
import { sidecarMemoryScenario } from './sidecar-memory.ts';
import { formatTable } from './table.ts';

/** By the number of the goal it measures. */
const scenarios: Record<string, Scenario> = {
  P1: consumeScenario,
  P2: transactionScenario,
  P3: batchScenario,
  P4: balanceScenario,
  P5: async (context) => [...(await auditMoneyPathScenario(context)), ...(await auditScenario(context))],
  P6: evaluationScenario,
  P7: posteriorScenario,
  P8: betaDrawsScenario,
  P9: sidecarScenario,
  P10: leaseDecisionScenario,
  P11: sidecarMemoryScenario,
  P12: samplesIngestScenario,
  assign: assignScenario,
  grants: grantsScenario,
};

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
  for (const [, scenario] of chosen) rows.push(...(await withBenchServer(rounds, scenario)));
  process.stdout.write(`\n${formatTable(rows)}\n`);
  await mkdir(resultsFolder, { recursive: true });
  const file = new URL(`${new Date().toISOString().replaceAll(':', '')}.json`, resultsFolder);
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
  await writeFile(file, `${JSON.stringify({ machine, rounds, rows }, null, 2)}\n`);
  process.stdout.write(`written to ${fileURLToPath(file)}\n`);
}

await main(process.argv.slice(2));
