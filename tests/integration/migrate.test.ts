import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/platform/config/load.ts';
import { migrate, migrationsDirectory, pendingMigrations } from '../../src/platform/database/migrate.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

let folder: string;
let directory: URL;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-migrations-'));
  directory = pathToFileURL(`${folder}/`);
  await cp(migrationsDirectory, directory, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const add = (name: string, text: string) => writeFile(join(folder, name), text);
const newest = async () => (await migrate(database.ownerPool, { dryRun: true })).version;
const numbered = (number: number, name: string) => `${String(number).padStart(4, '0')}_${name}.sql`;

describe('migrate', () => {
  test('goes down to nothing and up again', async () => {
    const version = await newest();
    const down = await migrate(database.ownerPool, { down: true, to: 0 });
    expect(down.steps).toHaveLength(version);
    expect(await pendingMigrations(database.ownerPool)).toHaveLength(version);
    const up = await migrate(database.ownerPool);
    expect(up.version).toBe(version);
    expect(up.queueVersion).toBeGreaterThan(0);
  });

  test('two processes that race run each step once', async () => {
    await migrate(database.ownerPool, { down: true, to: 0 });
    const other = createPool(loadConfig({ DATABASE_URL: database.url }), 'owner');
    const results = await Promise.all([migrate(database.ownerPool), migrate(other)]);
    await other.end();
    const lengths = results.map((result) => result.steps.length).toSorted((a, b) => a - b);
    expect(lengths).toEqual([0, await newest()]);
  });

  test('a dry run changes nothing', async () => {
    const version = await newest();
    await add(numbered(version + 1, 'more'), 'CREATE TABLE shadow.more ();');
    const dry = await migrate(database.ownerPool, { dryRun: true, directory });
    expect(dry.steps).toEqual([{ direction: 'up', label: `${numbered(version + 1, 'more').slice(0, -4)}` }]);
    expect(await newest()).toBe(version);
  });

  test('a step that fails leaves nothing behind, those before it stay', async () => {
    const version = await newest();
    await add(numbered(version + 1, 'good'), 'CREATE TABLE shadow.good ();');
    await add(`${numbered(version + 1, 'good').slice(0, -4)}.down.sql`, 'DROP TABLE shadow.good;');
    await add(numbered(version + 2, 'bad'), 'CREATE TABLE shadow.bad (); SELECT 1/0;');
    await expect(migrate(database.ownerPool, { directory })).rejects.toThrow(
      /_bad \(up\) failed: division by zero/,
    );
    const { rows } = await database.ownerPool.query(
      `SELECT to_regclass('shadow.good') IS NOT NULL AS good, to_regclass('shadow.bad') IS NOT NULL AS bad`,
    );
    expect(rows[0]).toEqual({ good: true, bad: false });
    // The database is now newer than the real folder: migrating refuses, serving goes on.
    await expect(migrate(database.ownerPool)).rejects.toThrow(/newer than this version/);
    expect(await pendingMigrations(database.ownerPool)).toEqual([]);
    await migrate(database.ownerPool, { directory, down: true });
  });

  test('refuses a file that changed, says which, and minds no line endings', async () => {
    const path = join(folder, '0001_foundation.sql');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll('\n', '\r\n'));
    expect((await migrate(database.ownerPool, { directory })).steps).toEqual([]);
    await writeFile(path, `${text}\n-- a harmless remark`);
    await expect(migrate(database.ownerPool, { directory })).rejects.toThrow(
      /0001_foundation was changed after/,
    );
  });

  test('refuses misnamed, missing and lonely files', async () => {
    await add('7_x.sql', '');
    await expect(migrate(database.ownerPool, { directory })).rejects.toThrow('not named NNNN_name.sql');
    await rm(join(folder, '7_x.sql'));
    await add('0900_x.sql', '');
    await expect(migrate(database.ownerPool, { directory })).rejects.toThrow('is missing');
  });
});

describe('the application role', () => {
  test('changes neither history nor tables, whatever its login could do', async () => {
    const pool = database.appPool;
    expect((await pool.query('SELECT current_user AS role')).rows).toEqual([{ role: 'assay_app' }]);
    for (const statement of [
      'CREATE TABLE shadow.x ()',
      'DROP TABLE shadow.evaluations',
      'DELETE FROM shadow.rule_versions',
      'UPDATE shadow.rule_versions SET rule_name = rule_name',
      'DELETE FROM assay.migrations',
      'DELETE FROM assay.api_keys',
      'CREATE TABLE bullmq.x ()',
    ]) {
      await expect(pool.query(statement), statement).rejects.toThrow(/permission denied|must be owner/);
    }
  });

  test('keeps its role when the URL brings options of its own', async () => {
    const url = `${database.url}?options=${encodeURIComponent('-c role=none -c work_mem=1MB')}`;
    const pool = createPool(loadConfig({ DATABASE_URL: url }), 'app');
    const { rows } = await pool.query(`SELECT current_user AS role, current_setting('work_mem') AS memory`);
    await pool.end();
    expect(rows).toEqual([{ role: 'assay_app', memory: '1MB' }]);
  });

  test('reads bigint as numbers, and refuses one that has none', async () => {
    const { rows } = await database.appPool.query('SELECT 9007199254740991::bigint AS n');
    expect(rows[0].n).toBe(Number.MAX_SAFE_INTEGER);
    await expect(database.appPool.query('SELECT 9007199254740993::bigint AS n')).rejects.toThrow(/no exact/);
  });
});

describe('a login without rights', () => {
  test('is told what it lacks', async () => {
    const { ownerPool } = database;
    const login = `nobody_${process.pid}`;
    await ownerPool.query(`CREATE ROLE ${login} LOGIN PASSWORD 'x'`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'x';
    const pool = createPool(loadConfig({ DATABASE_URL: url.href }), 'owner');
    try {
      await expect(migrate(pool)).rejects.toThrow(/may not create schemas/);
    } finally {
      await pool.end();
      await ownerPool.query(`DROP ROLE ${login}`);
    }
  });
});
