import { loadConfig } from '../platform/config/load.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { createLifecycle, type Lifecycle } from '../platform/lifecycle/lifecycle.ts';
import { stopOnSignals } from '../platform/lifecycle/stop-on-signals.ts';
import { createLogger } from '../platform/log/logger.ts';
import { createMetrics } from '../platform/metrics/metrics.ts';
import { reportFailure } from './support/report-failure.ts';
import { startApi } from './support/start-api.ts';

export const summary =
  'Serve the HTTP API until stopped (needs DATABASE_URL; REDIS_URL where there is Redis)';

/** Exit codes: 0 stopped in order, 1 could not start or stop in order, 2 wrong use, 130 or 143 a second signal. */
export async function run(argv: string[]): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write(
      `assay api takes no arguments, found ${argv.join(' ')}; it is set up by its environment\n`,
    );
    return 2;
  }
  let lifecycle: Lifecycle | undefined;
  try {
    const config = loadConfig(processEnvironment());
    const log = createLogger(config, 'api');
    lifecycle = createLifecycle({ log, graceMs: config.shutdownGraceMs });
    stopOnSignals(lifecycle, process);
    await startApi(config, {
      log,
      lifecycle,
      metrics: createMetrics({ processMetrics: true }),
      clock: Date.now,
    });
    return await lifecycle.stopped;
  } catch (error) {
    const code = reportFailure('assay api', error);
    // What was opened before the failure would keep the process alive.
    await lifecycle?.stop('could not start');
    return code;
  }
}
