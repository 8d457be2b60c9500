import { parseArgs } from 'node:util';
import { type LedgerReport, verifyLedger } from '../../ledger/verify/verify-ledger.ts';
import { type Config, loadConfig } from '../../platform/config/load.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createPool } from '../../platform/database/pool.ts';
import { reportFailure } from '../support/report-failure.ts';
import { count } from '../support/report-text.ts';

const usage = `Usage: assay verify ledger [--tenant T] [--json]

Recomputes accounts, grants, holds and keys from the history of transfers, in one snapshot and without writing. Prints the
first violation of each check, with its tenant and the numbers. Exit code 0: all in order; 1: something is not.

  --tenant T   only this tenant
  --json       the whole report, up to 100 violations a check

Reads DATABASE_REPLICA_URL where that is set, else DATABASE_URL.
`;

/** Exit codes: 0 in order, 1 a rule is broken or it could not be checked, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(argv);
  } catch (error) {
    process.stderr.write(`assay verify ledger: ${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    const started = performance.now();
    const report = await verify(loadConfig(processEnvironment()), values.tenant);
    if (values.tenant !== undefined && report.tenants === 0 && report.violations.length === 0) {
      process.stderr.write(`assay verify ledger: there is no tenant "${values.tenant}"\n`);
      return 1;
    }
    const text = values.json
      ? JSON.stringify(report, undefined, 2)
      : describe(report, performance.now() - started);
    process.stdout.write(`${text}\n`);
    return report.violations.length === 0 ? 0 : 1;
  } catch (error) {
    return reportFailure('assay verify ledger', error);
  }
}

function parse(argv: string[]) {
  return parseArgs({
    args: argv,
    options: {
      tenant: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  }).values;
}

async function verify(config: Config, tenantId: string | undefined): Promise<LedgerReport> {
  const databaseUrl = config.databaseReplicaUrl ?? config.databaseUrl;
  const pool = createPool({ ...config, databaseUrl }, 'app', { applicationName: 'assay-verify', size: 1 });
  try {
    return await verifyLedger(pool, {
      ...(tenantId === undefined ? {} : { tenantId }),
      idempotencyRetentionHours: config.idempotencyRetentionHours,
      onCheck: (check) => process.stderr.write(`checking ${check} …\n`),
    });
  } finally {
    await pool.end();
  }
}

function describe(report: LedgerReport, elapsedMs: number): string {
  const scope = `${count(report.tenants)} tenants, ${count(report.transfers)} transfers, ${(elapsedMs / 1000).toFixed(1)} s`;
  if (report.violations.length === 0) return `the ledger is in order: ${scope}`;
  const seen = new Set<string>();
  const lines = report.violations
    .filter(({ check }) => !seen.has(check) && seen.add(check))
    .map(({ invariant, kind, tenantId, says }) => `  ${invariant} ${kind}: tenant "${tenantId}": ${says}`);
  const totals = Object.entries(report.totals).map(([kind, total]) => `${count(total)} ${kind}`);
  return [
    `the ledger is NOT in order: ${scope}`,
    ...lines,
    `in all: ${totals.join(', ')}`,
    `tenants below zero: ${count(report.negativeBalances)}; conservation error: ${count(report.conservationError)} credits`,
  ].join('\n');
}
