import type { Config } from '../platform/config/load.ts';
import { startWorker } from '../queue/start-worker.ts';
import { type ProcessDeps, runProcess } from './support/run-process.ts';
import { serveHealth } from './support/serve-health.ts';

export const summary =
  'Work on evaluations until stopped (needs DATABASE_URL; REDIS_URL where there is Redis)';

export function run(argv: string[]): Promise<number> {
  return runProcess('worker', argv, start);
}

async function start(config: Config, deps: ProcessDeps): Promise<void> {
  const { pool, readinessChecks } = startWorker(config, deps);
  const facts: Record<string, unknown> = { threads: config.workerThreads };
  if (config.workerMetricsPort !== undefined) {
    facts.metrics_port = await serveHealth(
      { ...deps, pool, readinessChecks, clock: Date.now },
      { host: config.host, port: config.workerMetricsPort, lifecycle: deps.lifecycle },
    );
  }
  deps.log.info(facts, 'working');
}
