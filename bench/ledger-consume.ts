import { nodeFlags } from '../src/cli/support/node-flags.ts';
import { startChild } from './child-process.ts';
import { tenantsMax } from './ledger-requests.ts';
import { type LedgerStack, processorShares, rounds, type Traffic, warm, withLedger } from './ledger-stack.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

const kind = 'consume';
const cases: { name: string; traffic: Traffic; floor: number | null; goal: number | null }[] = [
  {
    name: '64 connections, 10,000 tenants',
    traffic: { kind, connections: 64, tenants: tenantsMax },
    floor: 0.25,
    goal: 0.5,
  },
  {
    name: '512 connections, 10,000 tenants',
    traffic: { kind, connections: 512, tenants: tenantsMax },
    floor: null,
    goal: null,
  },
  {
    name: '64 connections, one tenant',
    traffic: { kind, connections: 64, tenants: 1 },
    floor: null,
    goal: null,
  },
];

/**
 * P1: `POST /credits/consume`, each request with a key of its own, against bare Hono that answers the same body. The
 * answer is sent after the commit; history, key and audit event are in the same transaction.
 */
export async function consumeScenario(context: BenchContext): Promise<BenchRow[]> {
  return withLedger(context, async (stack) => {
    const echo = await startChild('./references/echo-server.ts', [], nodeFlags('api'));
    try {
      const rows: BenchRow[] = [];
      for (const { name, traffic, floor, goal } of cases) {
        const ours = rounds(stack, stack.apiPort, traffic);
        const reference = rounds(stack, Number(echo.ready), traffic);
        await warm(ours, reference);
        const { a, b, ratio, ranges } = await alternate(context.rounds, ours, reference);
        const generator = stack.generator.process.pid!;
        const whoOurs = { API: stack.apiPid, PostgreSQL: stack.postgresPid, generator };
        const spent = await processorShares(stack, whoOurs, ours);
        const spentByEcho = await processorShares(stack, { echo: echo.process.pid!, generator }, reference);
        const alone = Math.round(await generatorAlone(stack, traffic));
        rows.push({
          id: 'P1',
          scenario: `POST /credits/consume, ${name} | bare Hono echo`,
          assay: a,
          reference: b,
          ratio,
          ranges,
          floor,
          goal,
          unit: 'requests/s',
          note: `${name}: processor time a request: ${spent}; ${spentByEcho}. The generator alone reaches ${alone}/s`,
        });
      }
      return rows;
    } finally {
      await echo.stop();
    }
  });
}

/** Against a server that does next to nothing: where a scenario comes near it, the generator is what is measured. */
export async function generatorAlone(stack: LedgerStack, traffic: Traffic): Promise<number> {
  const constant = await startChild('./references/constant-server.ts');
  try {
    const run = rounds(stack, Number(constant.ready), traffic);
    await warm(run);
    return await run();
  } finally {
    await constant.stop();
  }
}
