import { readFile } from 'node:fs/promises';
import type { Pool } from 'pg';
import { nodeFlags } from '../src/cli/support/node-flags.ts';
import { type Child, startChild } from './child-process.ts';
import { tenantName, tenantsMax } from './ledger-requests.ts';
import { type LedgerStack, rounds, type Traffic, warm, withLedger } from './ledger-stack.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const shapes = {
  function: 'one function call a request',
  statements: 'BEGIN, five statements, COMMIT',
} as const;
type Shape = keyof typeof shapes;

/** More connections than a few a core make PostgreSQL switch, fewer leave the disk idle; the best is taken. */
const poolSizes = [4, 8, 16, 32];

/**
 * The goals are set beside what a service does, statements from Node. A function in the database is a harder reference than
 * any service we know is written to: its ratio is printed and has no goal.
 */
const cases = [
  { name: '10,000 tenants', tenants: tenantsMax, floor: 3, goal: 5 },
  { name: 'one tenant', tenants: 1, floor: 6, goal: 10 },
];

/**
 * P2: the same as P1 against Hono and pg with one transaction a request: key looked up and kept, balance taken where there
 * is enough, history row, outbox row with an event as long as ours. In two shapes, each with the pool that suits it best.
 */
export async function transactionScenario(context: BenchContext): Promise<BenchRow[]> {
  return withLedger(context, async (stack) => {
    await createReference(stack.owner);
    const rows: BenchRow[] = [];
    for (const { name, tenants, floor, goal } of cases) {
      const traffic: Traffic = { kind: 'consume', connections: 64, tenants };
      const ours = rounds(stack, stack.apiPort, traffic);
      for (const shape of Object.keys(shapes) as Shape[]) {
        const poolSize = await bestPool(stack, shape, traffic);
        const server = await startReference(stack, shape, poolSize);
        const reference = rounds(stack, Number(server.ready), traffic);
        await warm(ours, reference);
        const { a, b, ratio, ranges } = await alternate(context.rounds, ours, reference);
        await server.stop();
        rows.push({
          id: 'P2',
          scenario: `POST /credits/consume, ${name} | Hono + pg, ${shapes[shape]}, ${poolSize} connections`,
          assay: a,
          reference: b,
          ratio,
          ranges,
          ...(shape === 'statements' ? { floor, goal } : { floor: null, goal: null }),
          unit: 'requests/s',
        });
      }
    }
    return rows;
  });
}

async function createReference(owner: Pool): Promise<void> {
  await owner.query(await readFile(new URL('./references/sql/schema.sql', import.meta.url), 'utf8'));
  const names = Array.from({ length: tenantsMax }, (_, number) => tenantName(number));
  await owner.query('INSERT INTO bench_reference.accounts SELECT unnest($1::text[]), 1000000000', [names]);
  await owner.query('VACUUM ANALYZE bench_reference.accounts');
}

function startReference(stack: LedgerStack, shape: Shape, poolSize: number): Promise<Child<never, never>> {
  const argv = [stack.context.config.databaseUrl, shape, String(poolSize)];
  return startChild<never, never>('./references/transaction-server.ts', argv, nodeFlags('api'));
}

async function bestPool(stack: LedgerStack, shape: Shape, traffic: Traffic): Promise<number> {
  let best = { poolSize: 0, perSecond: 0 };
  for (const poolSize of poolSizes) {
    const server = await startReference(stack, shape, poolSize);
    const run = rounds(stack, Number(server.ready), traffic);
    await warm(run);
    const perSecond = await run();
    stack.context.log(`P2: ${shape}, ${poolSize} connections: ${Math.round(perSecond)}/s`);
    if (perSecond > best.perSecond) best = { poolSize, perSecond };
    await server.stop();
  }
  return best.poolSize;
}
