import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DevFile } from '../../src/cli/dev/dev-file.ts';
import { hasExited } from '../../src/platform/embedded/process-info.ts';

// A newcomer's first command, with a state folder of its own beside the developer's.
const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
let state: string;
let stack: { child: ChildProcess; output: () => string };

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'assay-dev-'));
  await chmod(state, 0o711); // open to the server's account when the tests run as root
  stack = await start();
});

afterAll(async () => {
  stack?.child.kill('SIGKILL');
  await rm(state, { recursive: true, force: true });
});

test('the printed curl gives a completed evaluation with a confusion matrix', async () => {
  const curl = /^curl [\s\S]*?'$/m.exec(stack.output())![0];
  const { stdout } = await promisify(execFile)('sh', ['-c', curl]);
  const result = JSON.parse(stdout);
  expect(result.status).toBe('completed');
  const { true_positives, false_positives, true_negatives, false_negatives } = result;
  expect(true_positives).toBeGreaterThan(0);
  expect(true_positives + false_positives + true_negatives + false_negatives).toBe(8_000);
});

test('dev.json says what scripts need, to its owner alone', async () => {
  const dev = await devFile();
  expect((await stat(join(state, 'dev.json'))).mode & 0o777).toBe(0o600);
  expect(dev).toMatchObject({ redis_url: null });
  const sidecar = process.platform === 'linux' ? ['sidecar'] : [];
  expect(Object.keys(dev.pids).sort()).toEqual(['api', 'dev', ...sidecar, 'witness', 'worker']);
  const headers = { authorization: `Bearer ${dev.shadow_api_key}` };
  expect((await fetch(`${dev.api_url}/samples/datasets`, { headers })).status).toBe(200);
  expect(await (await fetch(`${dev.worker_url}/metrics`)).text()).toContain('shadow_evaluations_total');
});

test.skipIf(process.platform !== 'linux')('the sidecar spends credits of the ledger', async () => {
  const dev = await devFile();
  const post = async (url: string, body: unknown, headers = {}) => {
    const init = { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(url, { ...init, headers: { 'content-type': 'application/json', ...headers } });
    return { status: answer.status, body: await answer.json() };
  };
  const authorization = `Bearer ${dev.credits_api_key}`;
  const topup = { tenant_id: 'sidecar-user', amount: 10 };
  expect((await post(`${dev.api_url}/credits/topup`, topup, { authorization })).status).toBe(200);
  const spend = { tenant_id: 'sidecar-user', amount: 1 };
  expect(await post(`${dev.sidecar_url}/consume`, spend)).toMatchObject({
    status: 200,
    body: { allowed: true },
  });
  expect((await stat(dev.sidecar_socket!)).isSocket()).toBe(true);
});

test('a second start says where the first one is', async () => {
  const second = promisify(execFile)(process.execPath, [main, 'dev', '--state', state], {
    env: environment(),
  });
  await expect(second).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining((await devFile()).api_url),
  });
});

test('a command that crashes is started again', async () => {
  const { pids } = await devFile();
  process.kill(pids.worker!, 'SIGKILL');
  await expect.poll(async () => (await devFile()).pids.worker, { timeout: 10_000 }).not.toBe(pids.worker);
  await expect.poll(async () => (await devFile()).pids.worker, { timeout: 10_000 }).toBeGreaterThan(0);
});

test('after SIGKILL nothing is left running, and the next start goes on with keys and data', async () => {
  const before = await devFile();
  stack.child.kill('SIGKILL');
  for (const [name, pid] of Object.entries(before.pids))
    expect(await hasExited(pid, 15_000), name).toBe(true);
  stack = await start();
  const after = await devFile();
  expect(after.shadow_api_key).toBe(before.shadow_api_key);
  expect(after.database_url).toBe(before.database_url);
  expect(stack.output()).not.toContain('loaded');
});

test('Ctrl-C stops everything in order', async () => {
  const { pids } = await devFile();
  stack.child.kill('SIGINT');
  stack.child.kill('SIGINT'); // npm passes on what the terminal has sent already
  const [code] = await once(stack.child, 'exit');
  expect(code).toBe(0);
  for (const pid of Object.values(pids)) expect(await hasExited(pid, 0)).toBe(true);
  expect((await devFile()).pids).toEqual({});
});

async function start(): Promise<typeof stack> {
  const child = spawn(process.execPath, [main, 'dev', '--state', state], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Ctrl-C stops')) resolve();
    });
    child.once('exit', () => reject(new Error(`assay dev ended:\n${output}`)));
  });
  return { child, output: () => output };
}

async function devFile(): Promise<DevFile> {
  return JSON.parse(await readFile(join(state, 'dev.json'), 'utf8')) as DevFile;
}

/** None of the variables that would point the stack at something else. */
function environment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME };
}
