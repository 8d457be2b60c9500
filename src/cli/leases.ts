import { parseArgs } from 'node:util';
import type { Pool } from 'pg';
import type { LeaseState } from '../ledger/book/entities.ts';
import type { Ledger } from '../ledger/engine/create-ledger.ts';
import { type ListedLease, listLeases } from '../ledger/leases/list-leases.ts';
import { tenantsOfLeases } from '../ledger/leases/tenants-of-leases.ts';
import { type Config, loadConfig } from '../platform/config/load.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { createPool } from '../platform/database/pool.ts';
import { createLifecycle } from '../platform/lifecycle/lifecycle.ts';
import { createLogger } from '../platform/log/logger.ts';
import { createMetrics } from '../platform/metrics/metrics.ts';
import { createBreakers } from '../platform/resilience/breakers.ts';
import { connectLedger } from './support/connect-ledger.ts';
import { reportFailure } from './support/report-failure.ts';

export const summary = 'List leases of sidecars; resolve those whose holder is gone';

const states = ['active', 'settled', 'unresolved', 'burned', 'restored'] as const;

const usage = `Usage: assay leases list [--tenant T] [--state ${states.join('|')}] [--limit N]
       assay leases resolve LEASE_ID --burn
       assay leases resolve LEASE_ID --restore-unsafe

--burn counts what is left of an unresolved lease as spent. --restore-unsafe gives it back to the tenant, although the lost
sidecar may have spent it: only when you know that its pod is gone and served nobody.
`;

type Action = (deps: { pool: Pool; ledger: Ledger }) => Promise<number>;

/** Exit codes: 0 done, 1 failed or no such lease, 2 wrong use. */
export async function run(argv: string[]): Promise<number> {
  const action = readAction(argv);
  if (typeof action === 'string') {
    const isHelp = action === 'help';
    (isHelp ? process.stdout : process.stderr).write(isHelp ? usage : `assay leases: ${action}\n\n${usage}`);
    return isHelp ? 0 : 2;
  }
  try {
    return await withLedger(loadConfig(processEnvironment()), action);
  } catch (error) {
    return reportFailure('assay leases', error);
  }
}

function readAction(argv: string[]): Action | string {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(argv);
  } catch (error) {
    return (error as Error).message;
  }
  const { values, positionals } = parsed;
  const [verb, leaseId, ...rest] = positionals;
  if (values.help || verb === undefined) return 'help';
  if (rest.length > 0) return `unexpected ${rest.join(' ')}`;
  if (verb === 'list') return readList(values, leaseId);
  if (verb !== 'resolve') return `there is no "${verb}"; there are list and resolve`;
  if (leaseId === undefined) return 'resolve needs the id of a lease';
  const { burn = false, 'restore-unsafe': restore = false } = values;
  if (burn === restore) return 'resolve needs one of --burn and --restore-unsafe';
  return resolveLease(leaseId.toLowerCase(), burn ? 'burn' : 'restore');
}

function parse(argv: string[]) {
  return parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      tenant: { type: 'string' },
      state: { type: 'string' },
      limit: { type: 'string' },
      burn: { type: 'boolean' },
      'restore-unsafe': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function readList(
  { tenant, state, limit = '100' }: ReturnType<typeof parse>['values'],
  surplus: string | undefined,
): Action | string {
  if (surplus !== undefined) return `unexpected ${surplus}`;
  if (state !== undefined && !isState(state)) return `--state is one of ${states.join(', ')}, found ${state}`;
  const count = Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > 100_000)
    return `--limit is 1 to 100000, found ${limit}`;
  const filter = { tenantId: tenant ?? null, state: state ?? null, limit: count };
  return async ({ pool }) => {
    process.stdout.write(table(await listLeases(pool, filter)));
    return 0;
  };
}

function isState(text: string): text is LeaseState {
  return (states as readonly string[]).includes(text);
}

function table(leases: readonly ListedLease[]): string {
  if (leases.length === 0) return 'no leases\n';
  const columns = [
    'lease',
    'tenant',
    'instance',
    'epoch',
    'state',
    'amount',
    'settled',
    'returned',
    'expires',
  ];
  const rows = leases.map((lease) => [
    lease.lease_id,
    lease.tenant_id,
    lease.instance,
    String(lease.epoch),
    lease.state + (lease.recalled && lease.state === 'active' ? ' (recalled)' : ''),
    String(lease.amount),
    String(lease.settled),
    String(lease.returned),
    lease.expires_at.toISOString(),
  ]);
  const widths = columns.map((column, i) => Math.max(column.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd();
  return `${[columns, ...rows].map(line).join('\n')}\n`;
}

function resolveLease(leaseId: string, how: 'burn' | 'restore'): Action {
  return async ({ pool, ledger }) => {
    const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(leaseId);
    const tenantId = isId ? (await tenantsOfLeases(pool, [leaseId])).get(leaseId) : undefined;
    if (tenantId === undefined) {
      process.stderr.write(`assay leases: there is no lease ${leaseId}\n`);
      return 1;
    }
    const operation = { op: 'resolve', tenantId, leaseId, how } as const;
    const { status, body } = await ledger.apply(
      { operation, idempotency: null },
      { requestId: 'assay-leases', actor: 'assay leases' },
    );
    const { state, settled, returned, detail } = JSON.parse(body) as Record<string, string | number>;
    if (status !== 200) {
      process.stderr.write(`assay leases: ${detail}\n`);
      return 1;
    }
    process.stdout.write(`${leaseId} of ${tenantId} is ${state}: ${settled} spent, ${returned} returned\n`);
    return 0;
  };
}

async function withLedger(config: Config, action: Action): Promise<number> {
  const metrics = createMetrics();
  const lifecycle = createLifecycle({ log: createLogger(config, 'leases'), graceMs: config.shutdownGraceMs });
  const pool = createPool(config, 'app', { applicationName: 'assay-leases', size: 1 });
  lifecycle.onStop({ name: 'database', phase: 'close', run: () => pool.end() });
  const ledger = connectLedger(config, {
    breakers: createBreakers(metrics),
    metrics,
    lifecycle,
    clock: Date.now,
    onError: () => {},
  });
  try {
    return await action({ pool, ledger });
  } finally {
    await lifecycle.stop('done');
  }
}
