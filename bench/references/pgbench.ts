import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Pool } from 'pg';

const run = promisify(execFile);

/** @returns the version line, or null where it is not installed. */
export async function findPgbench(): Promise<string | null> {
  return run('pgbench', ['--version']).then(
    ({ stdout }) => stdout.trim(),
    () => null,
  );
}

/** Integer keys and the least there is to write: the fastest tables for the purpose. */
export async function createPgbenchTables(owner: Pool, tenants: number): Promise<void> {
  await owner.query(`
    CREATE SCHEMA IF NOT EXISTS bench_pgbench;
    CREATE TABLE bench_pgbench.accounts (id int PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
    CREATE TABLE bench_pgbench.transfers (key bigint PRIMARY KEY, account int NOT NULL, amount bigint NOT NULL);
    INSERT INTO bench_pgbench.accounts SELECT n, 1000000000000 FROM generate_series(0, ${tenants - 1}) AS n;
    `);
  await owner.query('VACUUM ANALYZE bench_pgbench.accounts');
}

const scripts = {
  /** Four round trips. */
  statements: (last: number) => `\\set account random(0, ${last})
\\set key random(1, 9000000000000000000)
BEGIN;
UPDATE bench_pgbench.accounts SET balance = balance - 1 WHERE id = :account AND balance >= 1;
INSERT INTO bench_pgbench.transfers VALUES (:key, :account, 1);
COMMIT;
`,
  /** One round trip, one statement: the most that a transaction a request can do. */
  statement: (last: number) => `\\set account random(0, ${last})
\\set key random(1, 9000000000000000000)
WITH taken AS (UPDATE bench_pgbench.accounts SET balance = balance - 1 WHERE id = :account AND balance >= 1 RETURNING id)
INSERT INTO bench_pgbench.transfers SELECT :key, id, 1 FROM taken;
`,
};

export type PgbenchShape = keyof typeof scripts;

/** Transactions a second of 32 clients, prepared, one transaction a request. */
export async function runPgbench(
  databaseUrl: string,
  shape: PgbenchShape,
  tenants: number,
  seconds: number,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-pgbench-'));
  try {
    const script = join(folder, 'consume.sql');
    await writeFile(script, scripts[shape](tenants - 1));
    const flags = ['--no-vacuum', '--protocol=prepared', '--client=32', '--jobs=2', `--time=${seconds}`];
    const { stdout } = await run('pgbench', [...flags, `--file=${script}`, databaseUrl]);
    const tps = /tps = ([\d.]+)/.exec(stdout)?.[1];
    if (tps === undefined) throw new Error(`pgbench said no tps:\n${stdout}`);
    return Number(tps);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
