import { nodeFlags } from '../src/cli/support/node-flags.ts';
import { startChild } from './child-process.ts';
import { generatorAlone } from './ledger-consume.ts';
import { tenantName } from './ledger-requests.ts';
import { type LedgerStack, rounds, type Traffic, warm, withLedger } from './ledger-stack.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

/** A tenth of what the cache of a process holds. */
const tenants = 1_000;

/** P4: `GET /credits/balance/:tenant_id` out of the cache, against bare Hono that answers the same bytes. */
export async function balanceScenario(context: BenchContext): Promise<BenchRow[]> {
  return withLedger(context, async (stack) => {
    const reference = await startChild(
      './references/echo-server.ts',
      [await sampleAnswer(stack)],
      nodeFlags('api'),
    );
    try {
      const traffic: Traffic = { kind: 'balance', connections: 64, tenants };
      const ours = rounds(stack, stack.apiPort, traffic);
      const bare = rounds(stack, Number(reference.ready), traffic);
      await warm(ours, bare);
      const { a, b, ratio, ranges } = await alternate(context.rounds, ours, bare);
      const alone = Math.round(await generatorAlone(stack, traffic));
      return [
        {
          id: 'P4',
          scenario: 'GET /credits/balance/:tenant_id, cached, 64 connections | bare Hono, the same bytes',
          assay: a,
          reference: b,
          ratio,
          ranges,
          floor: 0.6,
          goal: 0.8,
          unit: 'requests/s',
          note: `the generator alone reaches ${alone}/s`,
        },
      ];
    } finally {
      await reference.stop();
    }
  });
}

async function sampleAnswer(stack: LedgerStack): Promise<string> {
  const url = `http://127.0.0.1:${stack.apiPort}/credits/balance/${tenantName(1)}`;
  const answer = await fetch(url, { headers: { authorization: `Bearer ${stack.key}` } });
  if (answer.status !== 200) throw new Error(`the balance was answered ${answer.status}`);
  return answer.text();
}
