import { randomBytes } from 'node:crypto';
import { createApp } from '../../api/app.ts';
import type { ApiDeps } from '../../api/context.ts';
import { type RunningServer, serveHttp } from '../../api/server.ts';
import { createFingerprint } from '../../audit/vault/fingerprint.ts';
import { findMissingKeys } from '../../audit/vault/missing-keys.ts';
import { createVault } from '../../audit/vault/vault.ts';
import type { Config } from '../../platform/config/load.ts';
import { countSlowStatements } from '../../platform/database/count-slow-statements.ts';
import { migrate, pendingMigrations } from '../../platform/database/migrate.ts';
import { MigrationRefusedError } from '../../platform/database/migration-error.ts';
import { label } from '../../platform/database/migration-plan.ts';
import { observePool } from '../../platform/database/observe-pool.ts';
import { createPool } from '../../platform/database/pool.ts';
import { bootstrapKeys } from '../../platform/keys/bootstrap-keys.ts';
import { createKeyStore } from '../../platform/keys/key-store.ts';
import type { Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { createRateLimiter } from '../../platform/rate-limit/create-rate-limiter.ts';
import { connectRedis } from '../../platform/redis/connect.ts';
import { createBreakers, databaseGuard } from '../../platform/resilience/breakers.ts';
import { guardPool } from '../../platform/resilience/guard-pool.ts';
import { createQueueBackend } from '../../queue/backend.ts';
import { createAuditFlushProducer } from '../../queue/jobs/audit-flush.ts';
import { createEvaluationProducer } from '../../queue/jobs/shadow-evaluate.ts';
import { createSimulationProducer } from '../../queue/jobs/stats-simulate.ts';
import { createEvaluationWatch } from '../../shadow/evaluations/watch-evaluations.ts';
import { createRecentTests } from '../../shadow/tests/recent-tests.ts';
import { createRuleParser } from '../../workers/rule-parser.ts';
import { connectBalances, preloadBalances } from './connect-balances.ts';
import { connectLedger } from './connect-ledger.ts';

export interface StartApiDeps {
  log: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
  clock: () => number;
}

export interface RunningApi {
  /** In the order of the configuration: `PORT`, then `SECOND_PORT`. */
  ports: number[];
}

/**
 * Everything an API process is: migrations where asked for, connections, routes and servers, and in what order they
 * end. Resolves once requests are answered.
 */
export async function startApi(config: Config, process: StartApiDeps): Promise<RunningApi> {
  if (config.migrateOnStart) await migrateFirst(config, process.log);
  const deps = connectApi(config, process);
  // Wrong credentials or a database without our tables end the process here, with a message, not every request later.
  const pending = await pendingMigrations(deps.pool);
  if (pending.length > 0)
    throw new MigrationRefusedError(`the database lacks ${pending.join(', ')}; ${remedy}`);
  await warnOfMissingKeys(deps);
  const app = createApp(deps);
  const ports = [config.port, ...(config.secondPort === undefined ? [] : [config.secondPort])];
  const servers: RunningServer[] = [];
  process.lifecycle.onStop({
    name: 'http',
    phase: 'finish-in-flight',
    run: async (deadline) => {
      await Promise.all(servers.map((server) => server.stop(deadline)));
    },
  });
  for (const port of ports) {
    servers.push(
      await serveHttp(app.fetch, { host: config.host, port, requestTimeoutMs: config.requestTimeoutMs }),
    );
  }
  preloadBalances(config, deps);
  const listening = servers.map((server) => server.port);
  process.log.info({ host: config.host, ports: listening }, 'listening');
  return { ports: listening };
}

const remedy = 'run assay migrate, or set MIGRATE_ON_START=true';

async function migrateFirst(config: Config, log: Logger): Promise<void> {
  const pool = createPool(config, 'owner', { applicationName: 'assay-migrate' });
  try {
    const onStep = (step: Parameters<typeof describe>[0]) => log.info(describe(step), 'migrating');
    await migrate(pool, { onStep });
  } finally {
    await pool.end();
  }
}

/** Said once at the start; requests that need such a key answer 503, the others work. */
async function warnOfMissingKeys({ config, pool, log }: ApiDeps): Promise<void> {
  const missing = await findMissingKeys(pool, config.encryptionKeys);
  if (missing.length > 0) log.error({ missing }, 'ENCRYPTION_KEYS lacks keys that stored data need');
}

function describe(step: { direction: string; file: { number: number; name: string } }) {
  return { migration: label(step.file), direction: step.direction };
}

/** Batches of one test or canary take turns; four of them, or three and a deployment, may be written at once. */
const judgePoolSize = 4;

/** The connections of an API process and how they end; without a server, for tests. */
export function connectApi(config: Config, { log, metrics, lifecycle, clock }: StartApiDeps): ApiDeps {
  const onError = (error: Error) => log.warn({ err: error }, 'a connection of the API broke');
  const breakers = createBreakers(metrics);
  const pool = createPool(config, 'app', { applicationName: 'assay-api', onError });
  observePool(pool, 'api', metrics);
  const guard = databaseGuard(breakers, 'database');
  guardPool(pool, guard);
  countSlowStatements(pool, 'api', config.slowStatementMs, metrics);
  lifecycle.onStop({ name: 'database', phase: 'close', run: () => pool.end() });
  const judgePool = createPool(config, 'judge', {
    applicationName: 'assay-judge',
    size: judgePoolSize,
    onError,
  });
  observePool(judgePool, 'judge', metrics);
  guardPool(judgePool, guard);
  countSlowStatements(judgePool, 'judge', config.slowStatementMs, metrics);
  lifecycle.onStop({ name: 'judge database', phase: 'close', run: () => judgePool.end() });

  const cacheUrl = config.redisCacheUrl;
  const redis = cacheUrl === undefined ? undefined : connectRedis(cacheUrl, log, config.redisTimeoutMs);
  if (redis !== undefined) lifecycle.onStop({ name: 'redis', phase: 'close', run: () => redis.disconnect() });

  const queue = createQueueBackend(config, onError);
  const evaluations = createEvaluationProducer(queue);
  const auditFlush = createAuditFlushProducer(queue);
  const simulations = createSimulationProducer(queue);
  lifecycle.onStop({ name: 'queues', phase: 'flush', run: () => evaluations.close() });
  lifecycle.onStop({ name: 'simulation queue', phase: 'flush', run: () => simulations.close() });
  lifecycle.onStop({ name: 'audit queue', phase: 'flush', run: () => auditFlush.close() });
  lifecycle.onStop({ name: 'queue connections', phase: 'close', run: () => queue.close() });

  const rules = createRuleParser();
  lifecycle.onStop({ name: 'rule parser', phase: 'flush', run: () => rules.destroy() });

  const ledger = connectLedger(config, { breakers, metrics, lifecycle, clock, onError });
  return {
    config,
    pool,
    judgePool,
    redis,
    log,
    metrics,
    keys: createKeyStore({ pool, bootstrap: bootstrapKeys(config), metrics, clock }),
    rateLimiter: createRateLimiter({
      redis,
      redisTimeoutMs: config.redisTimeoutMs,
      metrics,
      breakers,
      log,
      clock,
    }),
    breakers,
    ledger,
    balances: connectBalances(config, { pool, redis, ledger, breakers, metrics, log, lifecycle }),
    vault: createVault({ pool, keys: config.encryptionKeys, clock, random: randomBytes }),
    fingerprint: createFingerprint(config.fingerprintKey),
    readinessChecks: { queue: () => evaluations.ping() },
    evaluations,
    auditFlush,
    evaluationWatch: createEvaluationWatch(pool),
    simulations,
    recentTests: createRecentTests(pool, clock),
    parseRule: rules.parse,
    stopping: lifecycle.stopping,
    clock,
  };
}
