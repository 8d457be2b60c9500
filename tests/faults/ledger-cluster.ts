import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type pg from 'pg';
import { loadConfig } from '../../src/platform/config/load.ts';
import { migrate } from '../../src/platform/database/migrate.ts';
import { createPool } from '../../src/platform/database/pool.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { type RedisServer, startRedis } from '../support/redis-server.ts';

export interface Cluster {
  /** Where each API process answers, whether it runs at the moment or not. */
  urls: string[];
  /** The owner's connections, for looking behind the scenes once all is quiet. */
  owner(): pg.Pool;
  /** SIGKILL, and a new process on the same port. Resolves when that one listens. */
  killApi(index: number): Promise<void>;
  /** Immediate mode: sessions are cut, nothing is flushed, the next start recovers from the log. */
  restartPostgres(): Promise<void>;
  flushRedis(): Promise<void>;
  /** Takes it away for so long. */
  stopRedis(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** How long a process that does not come up is started again; recovery of PostgreSQL takes a second or two. */
const comeBackMs = 60_000;

/** A durable PostgreSQL, a Redis and some API processes of this test's own, to be broken. */
export async function startCluster(apiCount: number, apiKey: string): Promise<Cluster> {
  await using started = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'assay-faults-'));
  started.defer(() => rm(directory, { recursive: true, force: true }));
  await chmod(directory, 0o711); // the server's account must get through when the tests run as root
  const start = () => startEmbeddedPostgres({ directory, database: 'assay', durable: true });
  let postgres: EmbeddedPostgres = await start();
  started.defer(() => postgres.stop());
  const { url } = postgres;
  const config = loadConfig({ DATABASE_URL: url });
  const migrator = createPool(config, 'owner');
  await migrate(migrator).finally(() => migrator.end());

  let redis: RedisServer | undefined = await startRedis();
  started.defer(async () => redis?.stop());
  const redisUrl = redis?.url;
  const env: Record<string, string> = {
    DATABASE_URL: url,
    CREDITS_API_KEY: apiKey,
    RATE_LIMIT_REQUESTS_PER_SECOND: '1000000',
    RATE_LIMIT_BURST: '10000000',
    LOG_LEVEL: 'info',
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  };
  const apis: ApiProcess[] = [];
  started.defer(async () => void (await Promise.all(apis.map((api) => api.terminate()))));
  for (let i = 0; i < apiCount; i++) apis.push(await startApiProcess(env));
  let pool: pg.Pool | undefined;
  started.defer(async () => pool?.end());
  // From here on it is closed by whoever started it.
  const running = started.move();

  return {
    urls: apis.map((api) => api.url),
    owner: () => {
      pool ??= createPool(config, 'owner', { applicationName: 'test-owner', size: 2 });
      return pool;
    },
    killApi: async (index) => {
      await apis[index]!.kill();
      apis[index] = await comeBack(() => startApiProcess(env, apis[index]!.port));
    },
    restartPostgres: async () => {
      process.kill(postgres.pid, 'SIGQUIT');
      await postgres.exited;
      await postgres.stop(); // it has gone already; its guard goes too
      postgres = await start();
      if (postgres.url !== url) throw new Error('PostgreSQL came back on another port');
    },
    flushRedis: async () => {
      if (redis === undefined) return;
      const connection = new Redis(redis.url);
      await connection.flushall().finally(() => connection.disconnect());
    },
    stopRedis: async (ms) => {
      if (redis === undefined) return;
      await redis.stop();
      await sleep(ms);
      redis = await startRedis(Number(new URL(redisUrl!).port));
    },
    close: () => running.disposeAsync(),
  };
}

/** What a supervisor does: start it again until it stays, as while its database is away it cannot. */
async function comeBack(start: () => Promise<ApiProcess>): Promise<ApiProcess> {
  const deadline = Date.now() + comeBackMs;
  for (;;) {
    try {
      return await start();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(200);
    }
  }
}
