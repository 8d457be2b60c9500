import { ConfigError } from '../platform/config/config-error.ts';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { loadSidecarConfig } from '../platform/config/sidecar.ts';
import { createLifecycle, type Lifecycle } from '../platform/lifecycle/lifecycle.ts';
import { stopOnSignals } from '../platform/lifecycle/stop-on-signals.ts';
import { createLogger } from '../platform/log/logger.ts';
import { JournalError } from '../sidecar/core/journal.ts';
import { startSidecar } from '../sidecar/server/start-sidecar.ts';

export const summary = 'Decide spends from leased credits until stopped (needs ASSAY_API_URL, ASSAY_API_KEY)';

/**
 * Imports nothing but what it needs: the helpers of the other commands bring PostgreSQL's driver and zod with them.
 *
 * Exit codes: 0 stopped in order, 1 could not start or stop in order, 2 wrong use.
 */
export async function run(argv: string[]): Promise<number> {
  if (argv.length > 0) {
    process.stderr.write('assay sidecar takes no arguments; it is set up by its environment\n');
    return 2;
  }
  let lifecycle: Lifecycle | undefined;
  try {
    const config = loadSidecarConfig(processEnvironment());
    const log = createLogger(config, 'sidecar');
    lifecycle = createLifecycle({ log, graceMs: config.shutdownGraceMs });
    stopOnSignals(lifecycle, process);
    await startSidecar(config, { log, lifecycle, clock: Date.now });
    return await lifecycle.stopped;
  } catch (error) {
    await lifecycle?.stop('it could not start');
    process.stderr.write(`assay sidecar: ${explain(error)}\n`);
    return 1;
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof JournalError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
    return `${error.message}; set another ASSAY_SIDECAR_PORT, ASSAY_SIDECAR_SOCKET or ASSAY_SIDECAR_STATUS_PORT`;
  return error.stack ?? error.message;
}
