/** What an error of the driver or the network means for a request that it ended. */
export type DatabaseFault = 'unavailable' | 'unstorable_text';

/** Node's codes for a server that cannot be reached or went away. */
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** SQLSTATE classes: 08 connection exception, 53 insufficient resources, 57 operator intervention (with timeouts). */
const unavailableClasses = new Set(['08', '53', '57']);

/** A character that PostgreSQL's text cannot hold: U+0000, or one outside the database's encoding. */
const unstorableText = new Set(['22021', '22P05']);

/** The driver's own errors have no code. */
const driverMessages = /^(timeout exceeded when trying to connect|Connection terminated|Query read timeout)/;

export function databaseFaultOf(error: unknown): DatabaseFault | null {
  if (!(error instanceof Error)) return null;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return driverMessages.test(error.message) ? 'unavailable' : null;
  if (unstorableText.has(code)) return 'unstorable_text';
  const isSqlState = code.length === 5 && 'severity' in error;
  if (isSqlState ? unavailableClasses.has(code.slice(0, 2)) : networkCodes.has(code)) return 'unavailable';
  return null;
}
