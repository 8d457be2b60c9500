import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { runNode } from '../scripts/run-node.ts';
import { nodeFlags } from '../src/cli/support/node-flags.ts';
import { freePort } from '../src/platform/embedded/free-port.ts';
import { startApiProcess } from '../tests/support/api-process.ts';
import { tenantName } from './ledger-requests.ts';
import type { BenchContext } from './row.ts';

export interface SidecarStack {
  port: number;
  socket: string;
  pid: number;
  directory: string;
  /** A number of the sidecar's metrics, summed over its labels. */
  metric(name: string): Promise<number>;
}

export const tenants = 1_000;
const key = 'bench-sidecar-key';

/** A real API, and the built form of `assay sidecar`: what erases types at run time would be most of its memory. */
export async function withSidecar<T>(
  context: BenchContext,
  work: (stack: SidecarStack) => Promise<T>,
): Promise<T> {
  // Below the checkout, so that its node_modules are found.
  const directory = mkdtempSync(fileURLToPath(new URL('../.assay-bench-', import.meta.url)));
  const api = await startApiProcess({
    DATABASE_URL: context.config.databaseUrl,
    CREDITS_API_KEY: key,
    RATE_LIMIT_REQUESTS_PER_SECOND: '10000000',
    RATE_LIMIT_BURST: '10000000',
  });
  let sidecar: ChildProcess | undefined;
  try {
    await topUp(api.url);
    const built = join(directory, 'dist');
    const build = fileURLToPath(new URL('../scripts/build.ts', import.meta.url));
    if ((await runNode([build, built])) !== 0) throw new Error('the build failed');
    const port = await freePort();
    const socket = join(directory, 's.sock');
    const url = `http://127.0.0.1:${port}`;
    sidecar = fork(join(built, 'cli/main.js'), ['sidecar'], {
      execArgv: nodeFlags('sidecar'),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: {
        ASSAY_API_URL: api.url,
        ASSAY_API_KEY: key,
        ASSAY_INSTANCE: 'bench',
        ASSAY_JOURNAL_DIR: join(directory, 'journal'),
        ASSAY_SIDECAR_PORT: String(port),
        ASSAY_SIDECAR_SOCKET: socket,
      },
    });
    while (!(await isReady(url))) await sleep(50);
    const metric = async (name: string) => sumOf(await (await fetch(`${url}/metrics`)).text(), name);
    return await work({ port, socket, pid: sidecar.pid!, directory, metric });
  } finally {
    if (sidecar !== undefined) await ended(sidecar);
    await api.terminate();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The reference as JavaScript, for the same reason. */
export function startReference(mode: 'decide' | 'empty', stack: SidecarStack) {
  return startStripped('sidecar-server', mode, stack);
}

/** rate-limiter-flexible on this Redis. */
export function startLimiter(redisUrl: string, stack: SidecarStack) {
  return startStripped('limiter-server', redisUrl, stack);
}

async function startStripped(name: string, argument: string, { directory }: SidecarStack) {
  const source = readFileSync(new URL(`./references/${name}.ts`, import.meta.url), 'utf8');
  const file = join(directory, `${name}.mjs`);
  writeFileSync(file, stripTypeScriptTypes(source));
  const socket = join(directory, `${name}.sock`);
  const child = fork(file, [argument, socket], { execArgv: [] });
  const [port] = (await once(child, 'message')) as [number];
  return { port, socket, pid: child.pid!, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function sumOf(text: string, name: string): number {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function topUp(url: string): Promise<void> {
  const operations = Array.from({ length: tenants }, (_, i) => ({
    op: 'topup',
    tenant_id: tenantName(i),
    amount: 1_000_000_000,
  }));
  const answer = await fetch(`${url}/credits/batch`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ mode: 'independent', operations }),
  });
  if (!answer.ok) throw new Error(`the top-ups were answered ${answer.status}`);
}
