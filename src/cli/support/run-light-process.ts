import { ConfigError } from '../../platform/config/config-error.ts';
import { processEnvironment } from '../../platform/config/process-environment.ts';
import { createLifecycle, type Lifecycle } from '../../platform/lifecycle/lifecycle.ts';
import { stopOnSignals } from '../../platform/lifecycle/stop-on-signals.ts';
import { createLogger, type Logger, type LogLevel } from '../../platform/log/logger.ts';

/**
 * As `runProcess`, for commands that run beside every pod: it imports neither zod nor prom-client nor PostgreSQL's driver.
 *
 * @returns the exit code: 0 stopped in order, 1 could not start or stop in order, 2 wrong use.
 */
export async function runLightProcess<Config extends { logLevel: LogLevel; shutdownGraceMs: number }>(
  role: string,
  argv: string[],
  load: (env: Record<string, string | undefined>) => Config,
  start: (config: Config, deps: { log: Logger; lifecycle: Lifecycle }) => Promise<unknown>,
): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write(`assay ${role} takes no arguments; it is set up by its environment\n`);
    return 2;
  }
  let lifecycle: Lifecycle | undefined;
  try {
    const config = load(processEnvironment());
    const log = createLogger(config, role);
    lifecycle = createLifecycle({ log, graceMs: config.shutdownGraceMs });
    stopOnSignals(lifecycle, process);
    await start(config, { log, lifecycle });
    return await lifecycle.stopped;
  } catch (error) {
    await lifecycle?.stop('it could not start');
    process.stderr.write(`assay ${role}: ${explain(error)}\n`);
    return 1;
  }
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError || error.name === 'JournalError') return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${error.message}; another process listens there`;
  if (code === 'ENOENT' || code === 'EACCES') return error.message;
  return error.stack ?? error.message;
}
