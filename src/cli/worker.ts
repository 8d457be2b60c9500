import { loadConfig } from '../platform/config/load.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { createLifecycle } from '../platform/lifecycle/lifecycle.ts';
import { stopOnSignals } from '../platform/lifecycle/stop-on-signals.ts';
import { createLogger } from '../platform/log/logger.ts';
import { createMetrics } from '../platform/metrics/metrics.ts';
import { startWorker } from '../queue/start-worker.ts';
import { reportFailure } from './support/report-failure.ts';

export const summary =
  'Work on evaluations until stopped (needs DATABASE_URL; REDIS_URL where there is Redis)';

/** Exit codes: 0 stopped in order, 1 could not start or stop in order, 2 wrong use, 130 or 143 a second signal. */
export async function run(argv: string[]): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write(
      `assay worker takes no arguments, found ${argv.join(' ')}; it is set up by its environment\n`,
    );
    return 2;
  }
  try {
    const config = loadConfig(processEnvironment());
    const log = createLogger(config, 'worker');
    const lifecycle = createLifecycle({ log, graceMs: config.shutdownGraceMs });
    stopOnSignals(lifecycle, process);
    startWorker(config, { log, metrics: createMetrics({ processMetrics: true }), lifecycle });
    log.info({ threads: config.workerThreads }, 'working');
    return await lifecycle.stopped;
  } catch (error) {
    return reportFailure('assay worker', error);
  }
}
