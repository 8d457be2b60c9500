import { describe, expect, test } from 'vitest';
import { ConfigError } from './config-error.ts';
import { loadConfig } from './load.ts';

const DATABASE_URL = 'postgres://assay:hunter2@db.example/assay';

function faultsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe('loadConfig', () => {
  test('needs nothing but a database', () => {
    const config = loadConfig({ DATABASE_URL });
    expect(config).toMatchObject({
      databaseUrl: DATABASE_URL,
      port: 5004,
      secondPort: undefined,
      migrateOnStart: false,
      redisUrl: undefined,
      rateLimitRequestsPerSecond: 10_000,
      rateLimitBurst: 20_000,
      bodyLimitBytes: 1_048_576,
    });
    expect(config.workerThreads).toBeGreaterThan(0);
  });

  test('takes an empty value as unset', () => {
    expect(loadConfig({ DATABASE_URL, PORT: '', REDIS_URL: '' })).toMatchObject({
      port: 5004,
      redisUrl: undefined,
    });
  });

  test('reports every fault at once', () => {
    const faults = faultsOf({
      PORT: '70000',
      LOG_LEVEL: 'loud',
      WORKER_THREADS: '1e3',
      MIGRATE_ON_START: 'yes',
    });
    expect(faults.map((fault) => fault.split(':')[0]).toSorted()).toEqual([
      'DATABASE_URL',
      'LOG_LEVEL',
      'MIGRATE_ON_START',
      'PORT',
      'WORKER_THREADS',
    ]);
    expect(faults.join('\n')).toContain('found "1e3"');
  });

  test('never shows a secret', () => {
    const faults = faultsOf({
      DATABASE_URL: 'mysql://root:hunter2@db/assay',
      SHADOW_API_KEY: 'hunter2',
      REDIS_PASSWORD: 'hunter2',
    });
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).not.toContain('hunter2');
  });

  test.each(['CREDITS_DATABASE_URL', 'SHADOW_DATABASE_URL'])('takes %s alone', (name) => {
    expect(loadConfig({ [name]: DATABASE_URL }).databaseUrl).toBe(DATABASE_URL);
  });

  test('takes several names of one database, however spelled', () => {
    const spelled = 'postgresql://assay:hunter2@db.example:5432/assay';
    expect(loadConfig({ DATABASE_URL, CREDITS_DATABASE_URL: spelled }).databaseUrl).toBe(DATABASE_URL);
  });

  test('refuses two databases, without showing them', () => {
    const faults = faultsOf({ CREDITS_DATABASE_URL: DATABASE_URL, SHADOW_DATABASE_URL: `${DATABASE_URL}2` });
    expect(faults).toEqual([
      'SHADOW_DATABASE_URL: differs from CREDITS_DATABASE_URL; Assay keeps everything in one database, so set them alike',
    ]);
  });

  test('makes a Redis URL of an address and a password', () => {
    const env = { DATABASE_URL, REDIS_ADDR: 'cache:6380', REDIS_PASSWORD: 'p@ss/word' };
    expect(loadConfig(env).redisUrl).toBe('redis://:p%40ss%2Fword@cache:6380');
    expect(loadConfig(env).redisCacheUrl).toBe('redis://:p%40ss%2Fword@cache:6380');
  });

  test('refuses two ways to name Redis, and an address that is none', () => {
    expect(faultsOf({ DATABASE_URL, REDIS_URL: 'redis://a', REDIS_ADDR: 'b:1' })).toHaveLength(1);
    expect(faultsOf({ DATABASE_URL, REDIS_ADDR: 'user@host:1' })).toHaveLength(1);
  });
});
