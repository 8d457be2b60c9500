import { expect, test } from 'vitest';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { recountLedger } from '../support/ledger-recount.ts';
import { seeded } from '../support/seeded.ts';
import { againstTables, checkStability } from './ledger-acknowledged.ts';
import { breakThings } from './ledger-chaos.ts';
import { startCluster } from './ledger-cluster.ts';
import { type Keyed, newRecords, Workload } from './ledger-workload.ts';

/** `npm run test:faults -- --minutes N` breaks things for so long, `--seed N` in the same order again. */
const minutes = Number(process.env.ASSAY_TEST_MINUTES ?? 0);
const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
const chaosMs = minutes > 0 ? minutes * 60_000 : 12_000;
const clients = 64;
const apiProcesses = 3;
const tenants = 24;
const apiKey = 'faults-key';

test('nothing that was acknowledged is lost or done twice', { timeout: chaosMs + 300_000 }, async () => {
  console.info(`ledger faults: seed ${seed} (ASSAY_TEST_SEED=${seed} takes it again)`);
  const cluster = await startCluster(apiProcesses, apiKey);
  try {
    const records = newRecords();
    const workload = new Workload({ cluster, apiKey, tenants, records });
    const work = Promise.all(
      Array.from({ length: clients }, (_, i) => workload.client(seeded(seed + i + 1))),
    );
    const settled = () => records.acknowledged.length;
    const chaos = breakThings(cluster, { forMs: chaosMs, random: seeded(seed), settled });
    // Also where a client fails: the cluster can be closed once it is whole again.
    await Promise.allSettled([chaos.finally(() => workload.stop()), work]);
    const [faults] = await Promise.all([chaos, work]);
    console.info(
      `ledger faults: ${records.acknowledged.length} requests settled in ${records.attempts} attempts, ` +
        `${records.abandoned.length} given up; faults ${JSON.stringify(faults)}; lost ${JSON.stringify(records.lost)}`,
    );
    // The test is about acknowledged work; without any it would prove nothing.
    expect(records.acknowledged.filter(({ status }) => status === 200).length).toBeGreaterThan(300);
    // A top-up that is retried for long enough expires before it arrives; nothing else may be malformed.
    const isOdd = ({ op, status }: Keyed & { status: number }) =>
      status === 422 || (status === 400 && op !== 'topup');
    expect(records.acknowledged.filter(isOdd)).toEqual([]);

    const owner = cluster.owner();
    expect(await recountLedger(owner)).toEqual([]);
    expect(await againstTables(owner, records.acknowledged, records.abandoned)).toEqual([]);

    const settledLate = await checkStability(cluster, apiKey, records, seeded(seed));
    expect(settledLate.faults).toEqual([]);
    // Now every key has an answer, so that there may be nothing in the tables that was not answered for.
    expect(await againstTables(owner, [...records.acknowledged, ...settledLate.acknowledged], [])).toEqual(
      [],
    );
    expect(await recountLedger(owner)).toEqual([]);
    expect((await verifyLedger(owner, { idempotencyRetentionHours: 48 })).violations).toEqual([]);
  } finally {
    await cluster.close();
  }
});
