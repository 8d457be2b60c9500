import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresBinaries } from './binaries.ts';
import type { ServerAccount } from './server-account.ts';

export const SUPERUSER = 'assay';

export interface NewCluster {
  binaries: PostgresBinaries;
  account: ServerAccount | undefined;
  dataDirectory: string;
  password: string;
  /** False leaves the files to the operating system's write-back: right for tests alone. */
  durable: boolean;
}

/**
 * Runs initdb unless the data directory exists already. It works in a folder beside it that is renamed at the end,
 * so a start that was killed halfway leaves nothing that looks like a database.
 */
export async function createCluster(options: NewCluster): Promise<void> {
  const { account, dataDirectory } = options;
  if (existsSync(join(dataDirectory, 'PG_VERSION'))) return;
  const half = `${dataDirectory}.new`;
  const passwordFile = `${dataDirectory}.password`;
  await rm(half, { recursive: true, force: true });
  await mkdir(half, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, options.password, { mode: 0o600 });
  try {
    if (account !== undefined) {
      await chown(half, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    await runInitdb(options, half, passwordFile);
    await rename(half, dataDirectory);
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/**
 * The builtin C.UTF-8 locale sorts by code point whatever locales the machine has, so that a checkout behaves the
 * same everywhere and no index depends on a libc version.
 */
async function runInitdb(options: NewCluster, directory: string, passwordFile: string): Promise<void> {
  const args = [
    `--pgdata=${directory}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    ...(options.durable ? [] : ['--no-sync']),
  ];
  await promisify(execFile)(options.binaries.initdb, args, {
    cwd: '/',
    env: serverEnvironment,
    ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
  }).catch((cause: Error & { stderr?: string }) => {
    throw new Error(`initdb failed: ${cause.stderr?.trim() || cause.message}`, { cause });
  });
}

/** Nothing of ours is passed on: PGDATA or PGOPTIONS in a developer's shell must not steer this server. */
export const serverEnvironment = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/** What the server writes into its lock file, `postmaster.pid` (src/include/utils/pidfile.h). */
export interface LockFile {
  pid: number;
  port: number;
  ready: boolean;
}

export async function readLockFile(dataDirectory: string): Promise<LockFile | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}
