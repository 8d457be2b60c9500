import { ConfigError } from '../../platform/config/config-error.ts';
import { databaseFaultOf } from '../../platform/database/database-fault.ts';
import { MigrationRefusedError } from '../../platform/database/migration-error.ts';

/**
 * Says why a command failed, in words where we know them and with a stack where we do not.
 *
 * @returns the exit code: 1.
 */
export function reportFailure(command: string, error: unknown): number {
  process.stderr.write(`${command}: ${explain(error)}\n`);
  return 1;
}

function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof MigrationRefusedError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: string }).code;
  if (code === 'EADDRINUSE')
    return `${error.message}; another process listens there: set another PORT, or WORKER_METRICS_PORT for a worker`;
  if (code === '22023' && error.message.includes('assay_app'))
    return `${error.message}; run assay migrate first`;
  if (code === '28P01' || code === '28000' || code === '3D000')
    return `the database refused: ${error.message}`;
  if (databaseFaultOf(error) === 'unavailable') {
    // Node's error for several addresses has an empty message.
    return `the database cannot be reached (${error.message || code}); is it running, and is DATABASE_URL right?`;
  }
  return error.stack ?? error.message;
}
