import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/embedded/postgres.ts';
import { hasExited } from '../../src/platform/embedded/process-info.ts';

let directory: string;
const options = () => ({ directory, database: 'assay', durable: true });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'assay-embedded-'));
  await chmod(directory, 0o711); // open to the server's account when the tests run as root
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('data and connection string outlive a restart', async () => {
  const first = await startEmbeddedPostgres(options());
  await query(first, 'CREATE TABLE kept AS SELECT 1 AS n');
  await first.stop();
  const second = await startEmbeddedPostgres(options());
  expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  expect(second.url).toBe(first.url);
  await second.stop();
});

test('a lock file whose process id now belongs to a stranger does not keep it from starting', async () => {
  const first = await startEmbeddedPostgres(options());
  await first.stop();
  const lines = [process.pid, first.dataDirectory, 1, 5432, '', '127.0.0.1', '', 'ready'];
  await writeFile(join(first.dataDirectory, 'postmaster.pid'), lines.join('\n'));
  const second = await startEmbeddedPostgres(options());
  expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  await second.stop();
});

test('a server whose server process was killed is recovered by the next start', async () => {
  const first = await startEmbeddedPostgres(options());
  await query(first, 'INSERT INTO kept VALUES (2)');
  process.kill(first.pid, 'SIGKILL');
  await first.exited;
  const second = await startEmbeddedPostgres(options());
  expect(await query(second, 'SELECT n FROM kept ORDER BY n')).toEqual([{ n: 1 }, { n: 2 }]);
  await Promise.all([first.stop(), second.stop()]);
});

test('a server still running is taken over: the process that started it was killed', async () => {
  const module = new URL('../../src/platform/embedded/postgres.ts', import.meta.url).href;
  const script = `import { startEmbeddedPostgres } from '${module}';
    const { pid } = await startEmbeddedPostgres(${JSON.stringify(options())});
    console.log(pid);
    setInterval(() => {}, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: starter.stdout }), 'line');
  starter.kill('SIGKILL');
  await once(starter, 'exit');
  // Its guard is stopping it, or has; either way this start gets there in the end.
  const server = await startEmbeddedPostgres(options());
  expect(await query(server, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 2 }]);
  expect(await hasExited(Number(line), 0)).toBe(true);
  await server.stop();
});

async function query(server: EmbeddedPostgres, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
