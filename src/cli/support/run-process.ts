import { type Config, loadConfig } from '../../platform/config/load.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createLifecycle, type Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import { stopOnSignals } from '../../platform/lifecycle/stop-on-signals.ts';
import { createLogger, type Logger } from '../../platform/log/logger.ts';
import { createMetrics, type Metrics } from '../../platform/metrics/metrics.ts';
import { reportFailure } from './report-failure.ts';

export interface ProcessDeps {
  log: Logger;
  metrics: Metrics;
  lifecycle: Lifecycle;
}

/**
 * A command that runs until it is told to stop: it takes no arguments, is set up by its environment and ends in order.
 *
 * @param role names the command and its logs.
 * @returns the exit code: 0 stopped in order, 1 could not start or stop in order, 2 wrong use, 130 or 143 a second signal.
 */
export async function runProcess(
  role: 'api' | 'worker',
  argv: string[],
  start: (config: Config, deps: ProcessDeps) => unknown,
): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write(
      `assay ${role} takes no arguments, found ${argv.join(' ')}; it is set up by its environment\n`,
    );
    return 2;
  }
  let lifecycle: Lifecycle | undefined;
  try {
    const config = loadConfig(processEnvironment());
    const log = createLogger(config, role);
    lifecycle = createLifecycle({ log, graceMs: config.shutdownGraceMs });
    stopOnSignals(lifecycle, process);
    await start(config, { log, lifecycle, metrics: createMetrics({ processMetrics: true }) });
    return await lifecycle.stopped;
  } catch (error) {
    // What did start, such as a worker whose port is taken, gives its jobs and connections back.
    await lifecycle?.stop('it could not start');
    return reportFailure(`assay ${role}`, error);
  }
}
