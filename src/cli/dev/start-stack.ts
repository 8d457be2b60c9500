import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../platform/config/load.ts';
import { migrate } from '../../platform/database/migrate.ts';
import { createPool } from '../../platform/database/pool.ts';
import { freePort } from '../../platform/embedded/free-port.ts';
import { startEmbeddedPostgres } from '../../platform/embedded/postgres.ts';
import { choosePort } from './choose-port.ts';
import { devAudit } from './dev-audit.ts';
import { type DevFile, devKeys, readDevFile, writeDevFile } from './dev-file.ts';
import { devSecrets } from './dev-secrets.ts';
import { devSidecar, sidecarEnvironment } from './dev-sidecar.ts';
import { endLeftovers } from './end-leftovers.ts';
import { type Supervised, supervise } from './supervise.ts';
import { waitUntilReady } from './wait-until-ready.ts';

export interface StackOptions {
  directory: string;
  env: Record<string, string | undefined>;
  /** Takes what must be ended, in reverse order of starting. */
  closers: AsyncDisposableStack;
  signal: AbortSignal;
  say: (line: string) => void;
}

export interface Stack {
  dev: DevFile;
  /** Resolves with the reason when something ended that the stack cannot live without. */
  broken: Promise<string>;
  /** For an impatient second Ctrl-C; PostgreSQL is stopped by its guard. */
  kill(): void;
}

/** The keys and addresses are this machine's own: nothing but the loopback interface unless HOST says otherwise. */
const LOOPBACK = '127.0.0.1';

/** Starts database, API and worker in turn; what has been started is in `closers` even when a later step fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { directory, closers, signal, say } = options;
  const broken = Promise.withResolvers<string>();
  await endLeftovers(readDevFile(directory), entryPoint());
  const databaseUrl = await startDatabase(options, broken.resolve);
  signal.throwIfAborted();
  const secrets = devSecrets(options.env, directory);
  const given = { HOST: LOOPBACK, ...options.env, ...secrets, DATABASE_URL: databaseUrl };
  const config = loadConfig(given);
  const owner = createPool(config, 'owner', { applicationName: 'assay-migrate' });
  try {
    await migrate(owner, { onStep: (step) => say(`migrating: ${step.file.name}`) });
  } finally {
    await owner.end();
  }
  const port = await choosePort(config.host, options.env.PORT ? config.port : undefined);
  const workerPort = config.workerMetricsPort || (await freePort());
  const { variables: sidecar, sidecar_url, sidecar_socket } = await devSidecar(options.env, directory);
  const dev = describe(options, databaseUrl, config.redisUrl, {
    api_url: urlOf(config.host, port),
    worker_url: urlOf(config.host, workerPort),
    sidecar_url,
    sidecar_socket,
  });
  const env = {
    ...given,
    PORT: String(port),
    WORKER_METRICS_PORT: String(workerPort),
    CREDITS_API_KEY: dev.credits_api_key,
    SHADOW_API_KEY: dev.shadow_api_key,
    ASSAY_ADMIN_KEY: dev.admin_api_key,
  };
  const { witness, ...audit } = devAudit(options.env, directory, await freePort());
  const commands = [
    ...(witness === undefined ? [] : [startCommand('witness', witness, dev, options)]),
    startCommand('worker', { ...env, ...audit.worker }, dev, options),
    startCommand('api', { ...env, ...audit.api }, dev, options),
  ];
  if (sidecar !== undefined)
    commands.unshift(startCommand('sidecar', sidecarEnvironment(sidecar, dev), dev, options));
  closers.defer(() => stopAll(commands, dev, directory));
  await Promise.race([
    Promise.all(readinessUrls(dev).map((url) => waitUntilReady(url, signal))),
    ...commands.map(async ({ failedToStart }) => {
      throw new Error(await failedToStart);
    }),
  ]);
  for (const command of commands) command.settled();
  const kill = () => {
    for (const command of commands) command.kill();
  };
  return { dev, broken: broken.promise, kill };
}

function readinessUrls({ api_url, worker_url, sidecar_url }: DevFile): string[] {
  const sidecar = sidecar_url === null ? [] : [`${sidecar_url}/readyz`];
  return [`${api_url}/ready`, `${worker_url}/ready`, ...sidecar];
}

/** DATABASE_URL (under any of its names) wins over the embedded server. */
async function startDatabase(
  { directory, env, closers, say }: StackOptions,
  onBroken: (reason: string) => void,
): Promise<string> {
  const given = env.DATABASE_URL || env.CREDITS_DATABASE_URL || env.SHADOW_DATABASE_URL;
  if (given) return given;
  const postgres = await startEmbeddedPostgres({ directory, database: 'assay', durable: true });
  let stopping = false;
  closers.defer(() => {
    stopping = true;
    return postgres.stop();
  });
  void postgres.exited.then(() => {
    if (!stopping) onBroken(`PostgreSQL ended unexpectedly; see ${join(directory, 'postgres.log')}`);
  });
  say(`PostgreSQL 18 runs on port ${new URL(postgres.url).port}, data in ${postgres.dataDirectory}`);
  return postgres.url;
}

function describe(
  options: StackOptions,
  databaseUrl: string,
  redisUrl: string | undefined,
  urls: Pick<DevFile, 'api_url' | 'worker_url' | 'sidecar_url' | 'sidecar_socket'>,
): DevFile {
  const { directory, env } = options;
  return {
    ...urls,
    ...devKeys(env, readDevFile(directory)),
    database_url: databaseUrl,
    redis_url: redisUrl ?? null,
    pids: { dev: process.pid },
  };
}

/** The crash of a child changes its process id, and with it the file. */
function startCommand(
  name: string,
  env: StackOptions['env'],
  dev: DevFile,
  options: StackOptions,
): Supervised {
  const logFile = join(options.directory, `${name}.log`);
  rmSync(logFile, { force: true }); // one start, one log
  return supervise({
    name,
    entryPoint: entryPoint(),
    env,
    logFile,
    say: options.say,
    onPid: (pid) => {
      if (pid === undefined) delete dev.pids[name];
      else dev.pids[name] = pid;
      writeDevFile(options.directory, dev);
    },
  });
}

/** The sidecar first: it gives back what it holds, and for that the API must answer. */
async function stopAll(commands: Supervised[], dev: DevFile, directory: string): Promise<void> {
  if (dev.pids.sidecar !== undefined) await commands[0]!.stop();
  await Promise.all(commands.map((command) => command.stop()));
  dev.pids = {};
  writeDevFile(directory, dev);
}

function entryPoint(): string {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  return fileURLToPath(new URL(`../main${extension}`, import.meta.url));
}

function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? LOOPBACK : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
