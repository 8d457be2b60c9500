import type { Pool, PoolClient } from 'pg';
import { migrateQueue } from './migrate-queue.ts';
import { MigrationRefusedError } from './migration-error.ts';
import { type MigrationFile, readMigrationFiles } from './migration-files.ts';
import {
  type AppliedMigration,
  label,
  type MigrationStep,
  type MigrationTarget,
  planMigrations,
} from './migration-plan.ts';
import { sql } from './sql.ts';

export const migrationsDirectory = new URL('../../../migrations/', import.meta.url);

export interface MigrateOptions extends MigrationTarget {
  /** Says what would run; changes nothing, not even the ledger table. */
  dryRun?: boolean;
  directory?: URL;
  /** Called before each step runs, for progress. */
  onStep?: (step: MigrationStep) => void;
  /** How long to wait for another process that migrates; 5 minutes, longer than any step of ours should take. */
  lockWaitMs?: number;
}

export interface MigrateResult {
  steps: { direction: 'up' | 'down'; label: string }[];
  /** The number of the last applied migration afterwards (before, for a dry run). */
  version: number;
  /** BullMQ's own schema version; null when it was not looked at. */
  queueVersion: number | null;
}

/** Any constant will do as long as every version of Assay uses it: the letters "ASSA" as an integer. */
const advisoryLock = 0x41535341;

/**
 * Brings the database to the target under an advisory lock, so that processes that start together take turns. Each
 * migration and its ledger row commit in one transaction: after a failure the database is at the step before.
 *
 * @param pool connections as the owner (see `createPool`).
 * @throws MigrationRefusedError when an applied file changed, the database is newer, or rights are missing.
 */
export async function migrate(pool: Pool, options: MigrateOptions = {}): Promise<MigrateResult> {
  const files = readMigrationFiles(options.directory ?? migrationsDirectory);
  if (options.dryRun) return dryRun(pool, files, options);
  const client = await pool.connect();
  try {
    await takeLock(client, options.lockWaitMs ?? 300_000);
    await assertRights(client);
    await client.query(sql(import.meta.url, './sql/create-migration-ledger.sql'));
    const applied = await listApplied(client);
    const steps = planMigrations(files, applied, options);
    for (const step of steps) {
      options.onStep?.(step);
      await runStep(client, step);
    }
    const version = steps.length === 0 ? applied.length : versionAfter(steps.at(-1)!);
    // A partly migrated or emptied database has no application role's tables for the queue to serve.
    const queueVersion = version === files.length ? await migrateQueue(client) : null;
    return { steps: describe(steps), version, queueVersion };
  } finally {
    // Destroyed rather than released: ending the session frees the advisory lock whatever state it is in.
    client.release(true);
  }
}

/**
 * The migrations that have not been applied; what `/ready` and a starting process ask. Needs no owner rights. A database
 * that is newer has none: while a new version rolls out, the old processes go on.
 */
export async function pendingMigrations(pool: Pool, directory = migrationsDirectory): Promise<string[]> {
  const applied = await readLedger(pool);
  return readMigrationFiles(directory).slice(applied.length).map(label);
}

async function dryRun(pool: Pool, files: MigrationFile[], options: MigrateOptions): Promise<MigrateResult> {
  const applied = await readLedger(pool);
  const steps = planMigrations(files, applied, options);
  return { steps: describe(steps), version: applied.length, queueVersion: null };
}

async function readLedger(db: Pool): Promise<AppliedMigration[]> {
  const { rows } = await db.query<{ present: boolean }>(
    sql(import.meta.url, './sql/find-migration-ledger.sql'),
  );
  return rows[0]!.present ? listApplied(db) : [];
}

async function listApplied(db: Pool | PoolClient): Promise<AppliedMigration[]> {
  const { rows } = await db.query<AppliedMigration>(
    sql(import.meta.url, './sql/list-applied-migrations.sql'),
  );
  return rows;
}

async function takeLock(client: PoolClient, waitMs: number): Promise<void> {
  await client.query(`SELECT set_config('lock_timeout', $1, false)`, [String(waitMs)]);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
  } catch (cause) {
    if ((cause as { code?: string }).code !== '55P03') throw cause;
    throw new MigrationRefusedError(`another process has been migrating this database for ${waitMs} ms`, {
      cause,
    });
  }
}

async function assertRights(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{
    login: string;
    role_exists: boolean;
    may_create_roles: boolean;
    may_create_schemas: boolean;
  }>(sql(import.meta.url, './sql/migrator-rights.sql'));
  const rights = rows[0]!;
  if (!rights.role_exists && !rights.may_create_roles) {
    throw new MigrationRefusedError(
      `login "${rights.login}" may not create the roles assay_app, assay_judge, assay_sequencer and assay_keeper. ` +
        `Either let it (ALTER ROLE "${rights.login}" CREATEROLE) or create each as an administrator (CREATE ROLE assay_app NOLOGIN; ` +
        `GRANT assay_app TO "${rights.login}" WITH ADMIN OPTION)`,
    );
  }
  if (!rights.may_create_schemas) {
    throw new MigrationRefusedError(
      `login "${rights.login}" may not create schemas in this database; GRANT CREATE ON DATABASE … TO "${rights.login}"`,
    );
  }
}

/** Attempts at one step: two databases of a cluster that are migrated at once collide on the shared role's row. */
const attempts = 5;

async function runStep(client: PoolClient, step: MigrationStep): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runStepOnce(client, step);
    } catch (error) {
      if (attempt < attempts && isClusterCollision(error)) continue;
      const reason = error instanceof Error ? error.message : String(error);
      throw new MigrationRefusedError(`migration ${label(step.file)} (${step.direction}) failed: ${reason}`, {
        cause: error,
      });
    }
  }
}

async function runStepOnce(client: PoolClient, step: MigrationStep): Promise<void> {
  const { file, direction } = step;
  const started = performance.now();
  await client.query('BEGIN');
  try {
    await client.query(direction === 'up' ? file.up : file.down!);
    if (direction === 'up') {
      const elapsedMs = Math.round(performance.now() - started);
      const record = [file.number, file.name, file.checksum, elapsedMs];
      await client.query(sql(import.meta.url, './sql/record-migration.sql'), record);
    } else {
      await client.query(sql(import.meta.url, './sql/forget-migration.sql'), [file.number]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** "tuple concurrently updated" has no code of its own: XX000 is every internal error. */
function isClusterCollision(error: unknown): boolean {
  return error instanceof Error && /tuple concurrently (updated|deleted)/.test(error.message);
}

function versionAfter(step: MigrationStep): number {
  return step.direction === 'up' ? step.file.number : step.file.number - 1;
}

function describe(steps: MigrationStep[]): MigrateResult['steps'] {
  return steps.map((step) => ({ direction: step.direction, label: label(step.file) }));
}
