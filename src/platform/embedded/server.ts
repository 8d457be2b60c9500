import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.ts';
import { readLockFile, serverEnvironment } from './cluster-files.ts';
import { endWithParent } from './end-with-parent.ts';
import { freePort } from './free-port.ts';
import type { ServerAccount } from './server-account.ts';

/** Recovery after a crash replays at most max_wal_size, 1 GB, which took 9 s on a slow disk. */
const START_MS = 60_000;
const STOP_MS = 30_000;
const ATTEMPTS = 3;
/** Whoever was killed along with us has children that end now and want their database for it. */
const CLIENTS_END_SECONDS = 2;

export interface ServerOptions {
  binaries: PostgresBinaries;
  account: ServerAccount | undefined;
  dataDirectory: string;
  logFile: string;
  preferredPort: number | undefined;
  settings: Record<string, string>;
  /** Removed by the guard when this process is killed: a temporary cluster. */
  removeWhenOrphaned?: string;
}

export interface RunningServer {
  port: number;
  pid: number;
  /** Resolves when the server ends, whoever ended it. */
  exited: Promise<void>;
  /** Fast shutdown: sessions are cut, everything committed is on disk. Safe to call twice. */
  stop(): Promise<void>;
}

/** Starts PostgreSQL and waits until it accepts connections. Another port is tried when the chosen one was lost. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  let failure = '';
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort(attempt === 0 ? options.preferredPort : undefined);
    const logStart = await stat(options.logFile).then(
      ({ size }) => size,
      () => 0,
    );
    const child = spawnServer(options, port);
    const { pid } = child;
    if (pid === undefined) throw await new Promise<Error>((resolve) => child.once('error', resolve));
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (await isReady(child, options.dataDirectory)) {
      const disarm = endWithParent(pid, {
        signal: 'INT',
        afterSeconds: options.removeWhenOrphaned === undefined ? CLIENTS_END_SECONDS : 0,
        directory: options.removeWhenOrphaned,
      });
      return { port, pid, exited, stop: () => stopServer(child, exited).finally(disarm) };
    }
    if (child.exitCode === null && child.signalCode === null) await stopServer(child, exited);
    failure = (await readFile(options.logFile, 'utf8')).slice(logStart).trim();
    // Backends of a killed server hold its shared memory for a moment; a stranger may have taken the port.
    if (!/shared memory block|could not bind|could not create any TCP/.test(failure)) break;
    await sleep(500);
  }
  throw new Error(`PostgreSQL did not start; ${options.logFile} says:\n${failure.slice(-2000)}`);
}

/** In a session of its own, so that Ctrl-C in the terminal reaches us first and we stop it last. */
function spawnServer(options: ServerOptions, port: number): ChildProcess {
  const settings = {
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...options.settings,
  };
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    return spawn(
      options.binaries.postgres,
      [
        '-D',
        options.dataDirectory,
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      {
        cwd: '/',
        detached: true,
        stdio: ['ignore', log, log],
        env: serverEnvironment,
        ...(options.account && { uid: options.account.uid, gid: options.account.gid }),
      },
    );
  } finally {
    closeSync(log);
  }
}

/** The lock file's last line says `ready` once connections are accepted; asking by connecting would fill the log. */
async function isReady(child: ChildProcess, dataDirectory: string): Promise<boolean> {
  const deadline = Date.now() + START_MS;
  while (child.exitCode === null && child.signalCode === null && Date.now() < deadline) {
    const lock = await readLockFile(dataDirectory);
    if (lock?.pid === child.pid && lock?.ready) return true;
    await sleep(20);
  }
  return false;
}

async function stopServer(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.kill('SIGINT');
  const timer = setTimeout(() => child.kill('SIGQUIT'), STOP_MS); // immediate shutdown; the next start recovers
  await exited;
  clearTimeout(timer);
}
