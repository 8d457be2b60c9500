import pg from 'pg';
import { connectionStream } from './reusing-socket.ts';

export interface PoolConfig {
  /** Connection string of the login that works as the application role. */
  databaseUrl: string;
  /** Connection string of the login that migrates; the same login when undefined. */
  databaseOwnerUrl?: string | undefined;
  databasePoolSize: number;
  databaseStatementTimeoutMs: number;
  databaseConnectTimeoutMs: number;
}

export interface PoolOptions {
  /** Shown in pg_stat_activity. */
  applicationName?: string;
  /** Overrides the configured size. */
  size?: number;
  /** Our own statements name their schema; only BullMQ's rely on a search path. */
  searchPath?: string;
  /** Further settings of each session, such as those of the planner. */
  settings?: Readonly<Record<string, string>>;
  /** bigint as text, as the driver has it: what BullMQ expects. */
  driverTypes?: boolean;
  /** An idle connection broke (the server restarted, say). The pool replaces it; without a listener Node would exit. */
  onError?: (error: Error) => void;
}

const int8Oid = 20;

/** Who a connection works as; see the GRANTs of the migrations for what each may do. */
export type PoolRole = 'owner' | 'app' | 'judge' | 'sequencer' | 'keeper';

/**
 * A bounded pool of PostgreSQL connections.
 *
 * `app` connections start as role `assay_app`, which may not change history or tables whatever their login could do:
 * the role is set by a startup option, before the first statement. `sequencer` and `keeper` connections start as
 * `assay_sequencer` (the audit log's only writer) and `assay_keeper` (makes and detaches months) in the same way. `judge`
 * connections, as `assay_judge`, may do what `app` may and write evidence and deployments, which `app` only reads. `owner`
 * connections keep their login's rights and have no statement timeout, since a migration may rightly take long.
 *
 * bigint columns become numbers; one beyond ±(2⁵³−1) throws instead of losing digits. Arrays of them stay strings.
 */
export function createPool(config: PoolConfig, role: PoolRole, options: PoolOptions = {}): pg.Pool {
  const settings = connectionSettings(config, role);
  if (options.searchPath !== undefined) settings.options += ` -c search_path=${options.searchPath}`;
  for (const [name, value] of Object.entries(options.settings ?? {}))
    settings.options += ` -c ${name}=${value}`;
  const pool = new pg.Pool({
    ...settings,
    stream: connectionStream,
    max: options.size ?? (role === 'owner' ? 2 : config.databasePoolSize),
    application_name: options.applicationName ?? `assay-${role}`,
    idleTimeoutMillis: 30_000,
    ...(options.driverTypes
      ? {}
      : { types: { getTypeParser: readTypeParser as typeof pg.types.getTypeParser } }),
  });
  pool.on('error', options.onError ?? (() => {}));
  // A connection that breaks while it is lent out says so to whoever holds it: what it was doing, or is asked next,
  // rejects. Its event tells nothing more, and without a listener Node would exit.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

export interface ConnectionSettings {
  connectionString: string;
  /** Startup options, `-c name=value …`. */
  options: string;
  connectionTimeoutMillis: number;
}

/** How to connect as `role`; also for libraries that make connections of their own, such as BullMQ's backend. */
export function connectionSettings(config: PoolConfig, role: PoolRole): ConnectionSettings {
  const settings = [
    `role=assay_${role}`,
    `statement_timeout=${config.databaseStatementTimeoutMs}`,
    // A transaction left open by a stalled client must not hold its locks for ever.
    `idle_in_transaction_session_timeout=${2 * config.databaseStatementTimeoutMs}`,
  ];
  const { url, options } = withStartupOptions(
    role === 'owner' ? (config.databaseOwnerUrl ?? config.databaseUrl) : config.databaseUrl,
    role === 'owner' ? [] : settings,
  );
  return { connectionString: url, options, connectionTimeoutMillis: config.databaseConnectTimeoutMs };
}

/** Options given in the URL would replace ours, and with them the role; so both are joined, ours last. */
function withStartupOptions(databaseUrl: string, settings: string[]): { url: string; options: string } {
  const url = new URL(databaseUrl);
  const given = url.searchParams.get('options') ?? '';
  url.searchParams.delete('options');
  return { url: url.href, options: [given, ...settings.map((setting) => `-c ${setting}`)].join(' ').trim() };
}

function readTypeParser(
  oid: number,
  format: 'text' | 'binary' = 'text',
): (value: string | Buffer) => unknown {
  const parser = pg.types.getTypeParser(oid, format as 'text') as (value: string | Buffer) => unknown;
  return oid === int8Oid && format === 'text' ? (value) => parseInt8(String(value)) : parser;
}

/** @throws RangeError when the value has no exact number. */
export function parseInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} has no exact JavaScript number`);
  return value;
}
