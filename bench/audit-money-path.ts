import { setTimeout as sleep } from 'node:timers/promises';
import { startWorkerProcess } from '../tests/faults/worker-process.ts';
import { tenantsMax } from './ledger-requests.ts';
import { type LedgerStack, rounds, warm, withLedger } from './ledger-stack.ts';
import { alternate, type BenchContext, type BenchRow } from './row.ts';

/**
 * P5's other half: what the log costs those who spend. `POST /credits/consume` with a worker that sequences what it writes,
 * against the same with nobody sequencing. Both write the event in the spend's transaction, since a ledger that does not is
 * not ours; on a machine of two cores the sequencer's work is taken from the API and PostgreSQL. The worker is frozen while none
 * shall sequence: one started anew each time would spend those seconds compiling itself.
 */
export function auditMoneyPathScenario(context: BenchContext): Promise<BenchRow[]> {
  return withLedger(context, async (stack) => {
    const spend = rounds(stack, stack.apiPort, { kind: 'consume', connections: 64, tenants: tenantsMax });
    const worker = await startWorkerProcess({
      DATABASE_URL: context.config.databaseUrl,
      AUDIT_HMAC_KEY: 'bench-audit-key',
      WORKER_THREADS: '1',
    });
    const sequenced = async () => {
      worker.child.kill('SIGCONT');
      try {
        await emptied(stack); // what the round before left is not part of this one
        return await spend();
      } finally {
        worker.child.kill('SIGSTOP');
      }
    };
    try {
      await warm(sequenced, spend);
      const { a, b, ratio, ranges } = await alternate(context.rounds, sequenced, spend);
      return [
        {
          id: 'P5',
          scenario: 'POST /credits/consume, 64 connections, with a sequencer at work | with none',
          assay: a,
          reference: b,
          ratio,
          ranges,
          floor: 0.85,
          goal: 0.9,
          unit: 'requests/s',
        },
      ];
    } finally {
      worker.child.kill('SIGCONT');
      await worker.terminate();
    }
  });
}

const pollMs = 50;

async function emptied({ owner }: LedgerStack): Promise<void> {
  for (;;) {
    const { rows } = await owner.query<{ waiting: boolean }>(
      'SELECT EXISTS (SELECT FROM audit.outbox) AS waiting',
    );
    if (!rows[0]!.waiting) return;
    await sleep(pollMs);
  }
}
