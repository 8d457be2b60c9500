import { DEFAULT_SCHEMA, runMigrations } from 'bullmq';
import type { PoolClient } from 'pg';
import { sql } from './sql.ts';

/**
 * Makes or upgrades the schema of BullMQ's PostgreSQL backend and lets the application role use it, so that processes
 * never need the right to define tables. It is done with Redis too: a few empty tables cost less than a second kind of
 * database that only some installations have.
 *
 * @returns BullMQ's schema version.
 */
export async function migrateQueue(client: PoolClient): Promise<number> {
  const version = await runMigrations(client, DEFAULT_SCHEMA);
  await client.query(sql(import.meta.url, './sql/grant-queue-schema.sql'));
  return version;
}
