import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { loadConfig } from '../../src/platform/config/load.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { TEMPLATE_DATABASE } from './provided.ts';
import { startRedis } from './redis-server.ts';

/**
 * One PostgreSQL and one Redis for the whole run, stopped at its end. Should the run be killed, a guard process of
 * each server stops it and removes its files.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'assay-test-'));
  await chmod(directory, 0o711); // the server's account must get through when the tests run as root
  const postgres = await startEmbeddedPostgres({ directory, database: TEMPLATE_DATABASE, durable: false });
  try {
    await migrateTemplate(postgres.url);
    const redis = await startRedis();
    project.provide('adminDatabaseUrl', adminUrl(postgres.url));
    project.provide('redisUrl', redis?.url);
    return async () => {
      await Promise.all([redis?.stop(), postgres.stop()]);
      await rm(directory, { recursive: true, force: true });
    };
  } catch (error) {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

async function migrateTemplate(databaseUrl: string): Promise<void> {
  const pool = createPool(loadConfig({ DATABASE_URL: databaseUrl }), 'owner');
  try {
    await migrate(pool);
  } finally {
    await pool.end();
  }
}

function adminUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  url.pathname = '/postgres';
  return url.href;
}
