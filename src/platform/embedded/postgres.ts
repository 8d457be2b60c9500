import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { findPostgresBinaries } from './binaries.ts';
import { createCluster, SUPERUSER } from './cluster-files.ts';
import { stopOrphan } from './orphan.ts';
import { reachableBinaries, SHARED_STATE } from './reachable-binaries.ts';
import { type RunningServer, startServer } from './server.ts';
import { canEnter, findServerAccount, type ServerAccount } from './server-account.ts';

export interface EmbeddedPostgresOptions {
  /** Folder for the state file, the log and, where the server's account can reach it, the data. */
  directory: string;
  /** Created when it is missing. */
  database: string;
  /** False: fsync off, small buffers, and everything removed if this process is killed. For tests. */
  durable: boolean;
}

export interface EmbeddedPostgres extends Omit<RunningServer, 'port'> {
  /** Connects as the owner of everything. */
  url: string;
  dataDirectory: string;
}

/** `.assay/postgres.json`, readable by its owner alone. */
interface State {
  password: string;
  dataDirectory: string;
  port?: number;
}

/**
 * API and worker hold 20 connections each by default and BullMQ's PostgreSQL backend about ten a process; 200 leaves
 * room for both, a second worker and a developer's psql.
 */
const SETTINGS = { max_connections: '200', timezone: 'UTC', log_timezone: 'UTC' };

/** The sample data and a few uploads fit in 256 MB; a checkpoint every gigabyte keeps an upload from stalling. */
const DURABLE_SETTINGS = { shared_buffers: '256MB', max_wal_size: '1GB', checkpoint_timeout: '15min' };

/** Losing a test's data costs nothing, so nothing waits for the disk. */
const TEST_SETTINGS = {
  shared_buffers: '128MB',
  fsync: 'off',
  full_page_writes: 'off',
  max_wal_size: '2GB',
  autovacuum_naptime: '10min',
  jit: 'off',
};

/**
 * Starts PostgreSQL 18 on a free port of the loopback interface, creating the cluster on first use. The port and
 * password are remembered, so a connection string stays valid from one start to the next where the port stays free.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  mkdirSync(directory, { recursive: true });
  const account = findServerAccount();
  const binaries = await reachableBinaries(await findPostgresBinaries(), account);
  const stateFile = join(directory, 'postgres.json');
  const state = (await readState(stateFile)) ?? {
    password: randomBytes(24).toString('base64url'),
    dataDirectory: placeForData(directory, account),
  };
  await writeState(stateFile, state); // before initdb: a cluster whose password was lost would be useless
  await stopOrphan(state.dataDirectory);
  await createCluster({ binaries, account, ...state, durable: options.durable });
  const server = await startServer({
    binaries,
    account,
    dataDirectory: state.dataDirectory,
    logFile: join(directory, 'postgres.log'),
    preferredPort: state.port,
    settings: { ...SETTINGS, ...(options.durable ? DURABLE_SETTINGS : TEST_SETTINGS) },
    ...(!options.durable && { removeWhenOrphaned: directory }),
  });
  try {
    await writeState(stateFile, { ...state, port: server.port });
    const urlOf = (database: string) =>
      `postgres://${SUPERUSER}:${state.password}@127.0.0.1:${server.port}/${database}`;
    await ensureDatabase(urlOf('postgres'), options.database);
    return { ...server, url: urlOf(options.database), dataDirectory: state.dataDirectory };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Below the checkout, unless root runs us and the server's account cannot get there. */
function placeForData(directory: string, account: ServerAccount | undefined): string {
  if (canEnter(account, directory)) return join(directory, 'postgres');
  const ofThisCheckout = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  const place = join(SHARED_STATE, ofThisCheckout);
  mkdirSync(place, { recursive: true });
  for (const folder of [SHARED_STATE, place]) chmodSync(folder, 0o755); // whatever the umask
  return join(place, 'postgres');
}

async function readState(file: string): Promise<State | undefined> {
  if (!existsSync(file)) return undefined;
  return JSON.parse(await readFile(file, 'utf8')) as State;
}

async function writeState(file: string, state: State): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

async function ensureDatabase(adminUrl: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
