import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { endWithParent } from '../../src/platform/embedded/end-with-parent.ts';
import { freePort } from '../../src/platform/embedded/free-port.ts';

export interface RedisServer {
  url: string;
  stop(): Promise<void>;
}

const START_MS = 10_000;
/** An apt-get that waits for a mirror must not hold the test run for ever. */
const INSTALL_MS = 180_000;

/**
 * A real Redis (or Valkey) from the PATH, or installed where we may; undefined, with one sentence why, elsewhere.
 *
 * @param given the port of one that was stopped and comes back.
 */
export async function startRedis(given?: number): Promise<RedisServer | undefined> {
  const binary = findOnPath() ?? (await install());
  if (binary === undefined) return undefined;
  const directory = await mkdtemp(join(tmpdir(), 'assay-redis-'));
  const port = given ?? (await freePort());
  const args = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    directory,
    '--save',
    '',
    '--appendonly',
    'no',
  ];
  const child = spawn(binary, [...args, '--maxmemory-policy', 'noeviction'], {
    stdio: 'ignore',
    detached: true,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await accepts(child, port);
  const disarm = endWithParent(child.pid!, { signal: 'TERM', directory });
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      disarm();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function findOnPath(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin'];
  for (const name of ['redis-server', 'valkey-server']) {
    for (const folder of folders) {
      try {
        const path = join(folder, name);
        accessSync(path, constants.X_OK);
        return path;
      } catch {} // not here
    }
  }
  return undefined;
}

async function install(): Promise<string | undefined> {
  const skip = (why: string) => {
    console.error(`The Redis half of the tests is skipped: there is no redis-server on the PATH and ${why}.`);
    return undefined;
  };
  if (process.getuid?.() !== 0) return skip('only root may install one');
  if (!existsSync('/usr/bin/apt-get')) return skip('apt-get is not there to install one');
  console.error('Installing redis-server with apt-get for the Redis half of the tests …');
  try {
    await aptInstall().catch(async () => {
      await apt('update');
      await aptInstall();
    });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    return skip(`apt-get could not install one (${stderr?.trim().split('\n').at(-1) ?? message})`);
  }
  return findOnPath() ?? skip('apt-get installed none');
}

const aptInstall = () => apt('install', '-y', '--no-install-recommends', 'redis-server');

/** RUNLEVEL=1 keeps the package from starting a Redis of its own on port 6379. */
async function apt(...args: string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await promisify(execFile)('apt-get', ['-q', ...args], { env, timeout: INSTALL_MS });
}

async function accepts(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (child.exitCode === null && Date.now() < deadline) {
    if (await canConnect(port)) return;
    await sleep(20);
  }
  child.kill('SIGKILL');
  throw new Error(`redis-server did not accept connections on port ${port}`);
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
