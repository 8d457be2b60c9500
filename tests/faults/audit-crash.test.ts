import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { serveHttp } from '../../src/api/server.ts';
import { generateSignerKey, parseSignerKey } from '../../src/audit/checkpoints/note-key.ts';
import { proveConsistency } from '../../src/audit/tree/prove.ts';
import { verifyConsistency } from '../../src/audit/tree/verify-proof.ts';
import { trustNote } from '../../src/audit/verify/trusted.ts';
import { verifyLog } from '../../src/audit/verify/verify-log.ts';
import { handleWitnessRequest } from '../../src/audit/witness/witness-http.ts';
import { openWitnessStore } from '../../src/audit/witness/witness-store.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { seeded } from '../support/seeded.ts';
import { startWriters, writerTables } from './audit-writers.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** `npm run test:audit` and `test:faults` kill 50 times, however long that takes. */
const kills = Number(process.env.ASSAY_TEST_MINUTES ?? 0) > 0 ? 50 : 4;
const seed = Number(process.env.ASSAY_TEST_SEED ?? 4);
const writers = 64;
const tenants = 20;

const hmacKey = 'an-audit-key-for-tests';
const signing = generateSignerKey('example.com/crash', 1);
const log = parseSignerKey(signing).verifier;
const witness = parseSignerKey(generateSignerKey('example.com/witness', 4));

test(`${kills} kills of sequencers and PostgreSQL lose, repeat and reorder nothing`, {
  timeout: kills * 30_000 + 120_000,
}, async () => {
  console.info(`audit crashes: seed ${seed} (ASSAY_TEST_SEED=${seed} takes it again)`);
  await using closers = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'assay-audit-crash-'));
  await chmod(directory, 0o711); // the server's account must get through when the tests run as root
  closers.defer(() => rm(directory, { recursive: true, force: true }));

  const start = () => startEmbeddedPostgres({ directory, database: 'assay', durable: true });
  let postgres = await start();
  closers.defer(() => postgres.stop());
  const config = loadConfig({ DATABASE_URL: postgres.url });
  const owner = createPool(config, 'owner', { size: 4 });
  closers.defer(() => owner.end());
  await migrate(owner);
  await owner.query(writerTables);
  await owner.query(
    `INSERT INTO public.tenants SELECT 'tenant-' || n FROM generate_series(0, ${tenants - 1}) n`,
  );

  const store = openWitnessStore(join(directory, 'witness.sqlite'));
  closers.defer(() => store.close());
  const watched = { signer: witness, logs: new Map([[log.name, [log]]]), store, clock: Date.now };
  const served = await serveHttp((request) => handleWitnessRequest(watched, request), {
    host: '127.0.0.1',
    port: 0,
    requestTimeoutMs: 10_000,
  });
  closers.defer(() => served.stop(AbortSignal.timeout(1_000)));

  const path = join(directory, 'checkpoint');
  const environment = {
    DATABASE_URL: postgres.url,
    AUDIT_HMAC_KEY: hmacKey,
    AUDIT_SIGNING_KEY: signing,
    AUDIT_CHECKPOINT_PATH: path,
    AUDIT_WITNESS_URL: `http://127.0.0.1:${served.port}`,
    AUDIT_WITNESS_KEY: witness.verifier.text,
    WORKER_THREADS: '1',
  };
  const workers: WorkerProcess[] = await Promise.all([
    startWorkerProcess(environment),
    startWorkerProcess(environment),
  ]);
  closers.defer(async () => {
    await Promise.all(workers.map((worker) => worker.terminate()));
  });

  // Everything that anyone outside could have seen, also what the database forgot in a crash.
  const seen = new Map<string, string>();
  const watching = new AbortController();
  const watch = watchFile(path, seen, watching.signal);

  const random = seeded(seed);
  const clients = createPool(config, 'app', { size: writers });
  closers.defer(() => clients.end());
  const writing = startWriters(clients, writers, tenants, (n) => Math.floor(random() * n));
  for (let n = 0; n < kills; n++) {
    await sleep(300 + Math.floor(random() * 1_500));
    if (n % 2 === 0) {
      const victim = Math.floor(random() * workers.length);
      await workers[victim]!.kill();
      workers[victim] = await startWorkerProcess(environment);
    } else {
      process.kill(postgres.pid, 'SIGQUIT');
      await postgres.exited;
      await postgres.stop(); // it has gone already; its guard goes too
      postgres = await start();
    }
  }
  await writing.stop();
  await eventually(async () => {
    const { rows } = await owner.query(
      `SELECT (SELECT count(*) FROM audit.outbox) AS waiting, h.size - max(c.size) AS behind
       FROM audit.head h, audit.checkpoints c GROUP BY h.size`,
    );
    return rows[0]?.waiting === 0 && rows[0].behind === 0;
  });
  watching.abort();
  await watch;

  // Every transfer has its entry, once, in its tenant's order.
  const { rows } = await owner.query(`
    WITH logged AS (
      SELECT seq, tenant_id, tenant_seq, (convert_from(leaf, 'UTF8')::jsonb #>> '{event,event_id}')::uuid AS event_id
      FROM audit.entries)
    SELECT (SELECT count(*) FROM public.transfers) AS transfers, count(*) AS entries, count(DISTINCT event_id) AS events,
      count(*) FILTER (WHERE t.number = l.tenant_seq + 1) AS in_order, max(seq) + 1 AS size
    FROM logged l LEFT JOIN public.transfers t USING (tenant_id, event_id)`);
  const [{ transfers }] = rows;
  expect(transfers).toBeGreaterThanOrEqual(writing.committed());
  expect(rows).toEqual([
    { transfers, entries: transfers, events: transfers, in_order: transfers, size: transfers },
  ]);

  const witnessed = trustNote(store.find(log.name)!.note, [witness.verifier], 'the witness')!;
  const verdict = await verifyLog(owner, {
    logKeys: [log],
    trusted: [witnessed],
    hmacKey: Buffer.from(hmacKey),
  });
  expect(verdict).toMatchObject({ valid: true, checked: transfers });
  for (const note of seen.values()) {
    const { size, rootHash } = trustNote(note, [log], 'the file')!;
    const { hashes } = await proveConsistency(owner, size, transfers);
    if (size > 0) expect(verifyConsistency(size, transfers, rootHash, verdict.root!, hashes)).toBe(true);
  }
  console.info(
    `audit crashes: ${transfers} transfers, ${writing.committed()} acknowledged, ${kills} kills, ` +
      `${seen.size} checkpoints seen in the file`,
  );
});

async function watchFile(path: string, seen: Map<string, string>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const note = await readFile(path, 'utf8').catch(() => null); // not yet there
    if (note !== null) seen.set(note, note);
    await sleep(20);
  }
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('the outbox was not emptied and signed within a minute');
    await sleep(100);
  }
}
