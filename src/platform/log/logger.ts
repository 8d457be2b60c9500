import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { redactLine } from './redact-line.ts';

export type { Logger } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * Structured logs, one JSON object a line on standard output.
 *
 * Redaction is the second line of defence: callers log request ids, routes and counts, never headers, query values or
 * bodies. Every line is looked through for what must not be there before it is written (`redactLine`).
 *
 * @param role the process: `api`, `worker`, `migrate` …
 */
export function createLogger(
  config: { logLevel: LogLevel },
  role: string,
  destination?: DestinationStream,
): Logger {
  const options = {
    level: config.logLevel,
    base: { role, pid: process.pid },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { err: serializeError },
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: redactLine },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * As pino's own, without the connection that `pg` hangs on the error of a broken one: kilobytes of sockets and types a
 * line, the connection's parameters among them.
 */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { client: _, ...fields } = stdSerializers.err(error) as unknown as Record<string, unknown>;
  return fields;
}
