import { batchSize, tenantsMax } from './ledger-requests.ts';
import { rounds, warm, withLedger } from './ledger-stack.ts';
import { createPgbenchTables, findPgbench, type PgbenchShape, runPgbench } from './references/pgbench.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const shapes: Record<PgbenchShape, string> = {
  statements: 'BEGIN, UPDATE, INSERT, COMMIT',
  statement: 'UPDATE and INSERT in one statement',
};
const cases = [
  { name: '10,000 tenants', tenants: tenantsMax, floor: 1, goal: 2.5 },
  { name: 'one tenant', tenants: 1, floor: 6, goal: 15 },
];
/** As long as a round of ours. */
const pgbenchSeconds = 4;
/** One is decided while the next is read; more only wait. */
const connections = 4;

/**
 * P3: `POST /credits/batch` of 1,000 independent spends, each with a key of its own, in operations a second, against
 * pgbench on the same PostgreSQL: the least that a spend can be, one transaction each, without HTTP and without an event.
 */
export async function batchScenario(context: BenchContext): Promise<BenchRow[]> {
  const version = await findPgbench();
  if (version === null) {
    context.log('P3: skipped, pgbench is not installed (apt-get install postgresql-contrib)');
    return [];
  }
  return withLedger(context, async (stack) => {
    await createPgbenchTables(stack.owner, tenantsMax);
    const rows: BenchRow[] = [];
    for (const { name, tenants, floor, goal } of cases) {
      const batches = rounds(stack, stack.apiPort, { kind: 'batch', connections, tenants });
      const ours = async () => (await batches()) * batchSize;
      for (const shape of Object.keys(shapes) as PgbenchShape[]) {
        const reference = () => runPgbench(context.config.databaseUrl, shape, tenants, pgbenchSeconds);
        await warm(ours, reference);
        const { a, b, ratio, ranges } = await alternate(context.rounds, ours, reference);
        rows.push({
          id: 'P3',
          scenario: `POST /credits/batch of 1,000, ${name} | ${version.split(' (')[0]}, ${shapes[shape]}`,
          assay: a,
          reference: b,
          ratio,
          ranges,
          floor,
          goal,
          unit: 'operations/s',
        });
      }
    }
    return rows;
  });
}
