import type { Ledger } from '../ledger/engine/create-ledger.ts';
import type { Config } from '../platform/config/load.ts';
import { connectRedis } from '../platform/redis/connect.ts';
import { type Breakers, createBreakers } from '../platform/resilience/breakers.ts';
import { startSchedules } from '../queue/start-schedules.ts';
import { startWorker } from '../queue/start-worker.ts';
import { announceCommits, mismatchCounter } from './support/connect-balances.ts';
import { connectLedger } from './support/connect-ledger.ts';
import { type ProcessDeps, runProcess } from './support/run-process.ts';
import { serveHealth } from './support/serve-health.ts';

export const summary =
  'Work on evaluations and on schedules until stopped (needs DATABASE_URL; REDIS_URL where there is Redis)';

export function run(argv: string[]): Promise<number> {
  return runProcess('worker', argv, start);
}

async function start(config: Config, deps: ProcessDeps): Promise<void> {
  const { pool, backend, readinessChecks } = startWorker(config, deps);
  const { log, metrics, lifecycle } = deps;
  const redis =
    config.redisCacheUrl === undefined
      ? undefined
      : connectRedis(config.redisCacheUrl, log, config.redisTimeoutMs);
  if (redis !== undefined) lifecycle.onStop({ name: 'redis', phase: 'close', run: () => redis.disconnect() });
  const breakers = createBreakers(metrics);
  const ledger = sweeperLedger(config, deps, breakers);
  announceCommits(config, { pool, redis, ledger, breakers, metrics, log, lifecycle });
  const countCacheMismatches = mismatchCounter(config, { pool, redis });
  startSchedules(config, { ...deps, backend, ledger, countCacheMismatches });
  const facts: Record<string, unknown> = { threads: config.workerThreads };
  if (config.workerMetricsPort !== undefined) {
    facts.metrics_port = await serveHealth(
      { ...deps, pool, readinessChecks, clock: Date.now },
      { host: config.host, port: config.workerMetricsPort, lifecycle: deps.lifecycle },
    );
  }
  deps.log.info(facts, 'working');
}

/** One lane is enough for what is only written down. */
function sweeperLedger(config: Config, { log, metrics, lifecycle }: ProcessDeps, breakers: Breakers): Ledger {
  const onError = (error: Error) => log.warn({ err: error }, 'a connection of the sweeper broke');
  const oneLane = { ...config, ledgerLanes: 1 };
  return connectLedger(oneLane, { breakers, metrics, lifecycle, clock: Date.now, onError });
}
