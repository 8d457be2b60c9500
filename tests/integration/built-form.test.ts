import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { sidecarClient, startSidecarProcess } from '../support/sidecar-process.ts';

// What is shipped is JavaScript below a node_modules folder, where Node refuses to strip types. These tests build it,
// put it there, and run the main job with it.
const root = fileURLToPath(new URL('../../', import.meta.url));
const key = 'a-shadow-key-for-the-built-form';
const running: ChildProcess[] = [];
let home: string;
let main: string;
let database: TestDatabase;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'assay-built-'));
  const shipped = join(home, 'node_modules', 'assay');
  await mkdir(shipped, { recursive: true });
  await runNode(join(root, 'scripts/build.ts'), join(shipped, 'dist'));
  await cp(join(root, 'package.json'), join(shipped, 'package.json'));
  await cp(join(root, 'migrations'), join(shipped, 'migrations'), { recursive: true });
  await symlink(join(root, 'node_modules'), join(shipped, 'node_modules'));
  main = join(shipped, 'dist', 'cli', 'main.js');
  database = await createTestDatabase();
});

afterAll(async () => {
  for (const child of running) child.kill('SIGKILL'); // only what a failed test left
  await database?.drop();
  await rm(home, { recursive: true, force: true });
});

test('the built commands say what they do', async () => {
  const { stdout } = await runNode(main, '--help');
  expect(stdout).toContain('assay <command>');
  expect(stdout).toMatch(/^ {2}migrate /m);
});

test('a service imports the lease client, as its how-to shows, and has its types', async () => {
  const howTo = await readFile(join(root, 'docs/how-to/spend-in-process.md'), 'utf8');
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(howTo) ?? [];
  await writeFile(join(home, 'package.json'), '{"type":"module"}');
  await writeFile(join(home, 'service.ts'), `${example}export { spend };\n`);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'esnext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  };
  await writeFile(join(home, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['service.ts'] }));
  const checked = await runNode(join(root, 'node_modules/typescript/bin/tsc'), '-p', home);
  expect(checked.stdout).toBe('');
  await writeFile(
    join(home, 'service.js'),
    "console.log(typeof (await import('assay/lease-client')).openLeaseClient)",
  );
  expect((await runNode(join(home, 'service.js'))).stdout).toBe('function\n');
});

test('the built migrate takes a database down and up again', async () => {
  await runNode(main, 'migrate', '--down', '--to', '0');
  const gone = await database.ownerPool.query(`SELECT to_regclass('shadow.evaluations') AS "table"`);
  expect(gone.rows).toEqual([{ table: null }]);
  await runNode(main, 'migrate');
  const back = await database.ownerPool.query(`SELECT to_regclass('shadow.evaluations')::text AS "table"`);
  expect(back.rows).toEqual([{ table: 'shadow.evaluations' }]);
});

test('the built API and worker evaluate a rule and stop in order', async () => {
  const api = start('api');
  const worker = start('worker');
  const url = `http://127.0.0.1:${await portOf(api)}`;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', prefer: 'wait=30' };
  const lines = ['<script>', 'hello', '<script> in a manual', 'another attack'].map((payload, i) =>
    JSON.stringify({ payload, is_attack: i % 3 === 0 }),
  );
  const upload = await fetch(`${url}/samples?dataset=built`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  expect(await upload.json()).toMatchObject({ stored: 4, rejected: 0 });
  const rule_config = { type: 'signature', pattern: '<script>' };
  const evaluation = await fetch(`${url}/shadow/evaluate`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      rule_id: 'r',
      rule_name: 'r',
      rule_type: 'signature',
      rule_config,
      tenant_id: 'default',
      dataset: 'built',
    }),
  });
  expect(await evaluation.json()).toMatchObject({
    status: 'completed',
    true_positives: 1,
    false_positives: 1,
    true_negatives: 1,
    false_negatives: 1,
  });
  expect(await Promise.all([stop(api), stop(worker)])).toEqual([0, 0]);
});

test('of the sidecar and the injector the files that their image copies are enough', async () => {
  const dockerfile = await readFile(join(root, 'deploy/sidecar/Dockerfile'), 'utf8');
  const [, copy = ''] = /^RUN (mkdir -p \/app[\s\S]*?; done)$/m.exec(dockerfile) ?? [];
  const app = join(home, 'app');
  await promisify(execFile)('sh', ['-ec', copy.replaceAll('/app', app)], {
    cwd: join(home, 'node_modules/assay'),
  });
  const ends = async (command: string) => {
    const child = promisify(execFile)(process.execPath, [join(app, 'dist/cli/main.js'), command], {
      env: {},
    });
    return child.then(
      () => 'started without its settings',
      ({ code, stderr }: { code: number; stderr: string }) => `${code}: ${stderr.trim()}`,
    );
  };
  expect(await ends('injector')).toMatch(/^1: assay injector: .*INJECTOR_TLS_CERT/s);
  expect(await ends('sidecar')).toMatch(/^1: assay sidecar: .*ASSAY_API_URL/s);
  const sidecar = await startSidecarProcess({
    apiUrl: 'http://127.0.0.1:1',
    apiKey: key,
    instance: 'built',
    directory: join(home, 'journal'),
    socket: join(home, 'built.sock'),
    main: join(app, 'dist/cli/main.js'),
  });
  const client = sidecarClient(join(home, 'built.sock'));
  const answer = await client.send('POST', '/consume', { body: { tenant_id: 'acme', amount: 1 } });
  expect(answer).toMatchObject({ status: 503, body: { reason: 'ledger_away' } });
  client.close();
  await sidecar.kill();
});

function environment(): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env;
  return { PATH, HOME, DATABASE_URL: database.url, SHADOW_API_KEY: key, HOST: '127.0.0.1', PORT: '0' };
}

function runNode(...command: string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(process.execPath, command, {
    env: database === undefined ? process.env : environment(),
  });
}

function start(command: string): ChildProcess {
  const child = spawn(process.execPath, [main, command], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.push(child);
  return child;
}

/** PORT=0 takes a free port and logs which. */
async function portOf(api: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: api.stdout! })) {
    const { ports } = JSON.parse(line) as { ports?: number[] };
    if (ports?.[0] !== undefined) {
      api.stdout!.resume();
      return ports[0];
    }
  }
  throw new Error('the API ended before it listened');
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.stdout!.resume();
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  running.splice(running.indexOf(child), 1);
  return child.exitCode;
}
