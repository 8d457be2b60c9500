import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/platform/embedded/free-port.ts';
import { createSidecarFixture, type SidecarFixture } from './fixture.ts';

const binary = ['/usr/sbin/nginx', 'nginx'].find((path) => spawnSync(path, ['-v']).status === 0);
if (binary === undefined)
  console.info('skipped: there is no nginx here (Debian: apt-get install nginx-light)');
const example = readFileSync(new URL('../../deploy/sidecar/nginx.conf', import.meta.url), 'utf8');

let fixture: SidecarFixture;
let directory: string;
let service: Server;
let nginx: ChildProcess;
let url: string;

beforeAll(async () => {
  if (binary === undefined) return;
  fixture = await createSidecarFixture();
  await fixture.topUp('acme', 25);
  await fixture.sidecar('nginx');
  directory = mkdtempSync(join(tmpdir(), 'assay-nginx-'));
  chmodSync(directory, 0o755);
  service = createServer((_, response) => response.end('served')).listen(0, '127.0.0.1');
  await once(service, 'listening');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  writeFileSync(join(directory, 'nginx.conf'), here(port, (service.address() as AddressInfo).port));
  nginx = spawn(binary, ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'], {
    stdio: 'inherit',
  });
  while ((await statusOf(url)) !== 401) await sleep(20);
});

afterAll(async () => {
  if (binary === undefined) return;
  const ended = once(nginx, 'exit');
  nginx.kill('SIGTERM');
  await ended;
  service.close();
  service.closeAllConnections();
  await fixture.close();
  rmSync(directory, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${url}${path}`, { headers: { 'x-api-key': 'key-acme', ...headers } });

test.runIf(binary !== undefined)(
  'a request is paid; what the caller says of tenant and cost counts for nothing',
  async () => {
    const answer = await get('/', { 'x-tenant-id': 'globex', 'x-credit-cost': '1000000' });
    expect([answer.status, await answer.text()]).toEqual([200, 'served']);
    expect((await get('/reports/1', { 'x-credit-cost': '1' })).status).toBe(200);
    await fixture.client('nginx').send('POST', '/drain');
    expect(await fixture.accounts('acme')).toMatchObject({ spent: 11, leased: 0 });
  },
);

test.runIf(binary !== undefined)('a sidecar that cannot decide is 503, with when to try again', async () => {
  const answer = await get('/'); // it is drained
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
});

test.runIf(binary !== undefined)('a tenant without credits is 402, and nobody 401', async () => {
  await fixture.stopSidecar('nginx');
  const sidecar = await fixture.sidecar('nginx');
  expect((await get('/reports/1')).status).toBe(200);
  const denied = await get('/reports/2');
  expect([denied.status, await denied.json()]).toEqual([402, { code: 'insufficient_credits' }]);
  expect((await get('/', { 'x-api-key': 'unknown' })).status).toBe(401);
  expect((await sidecar.terminate()).code).toBe(0);
  expect((await get('/')).status).toBe(503);
});

/** 0: it does not listen yet. */
function statusOf(address: string): Promise<number> {
  return fetch(address).then(
    ({ status }) => status,
    () => 0,
  );
}

/** The example with the addresses of this test, in the foreground and with nothing outside its directory. */
function here(port: number, servicePort: number): string {
  const own = `daemon off;\npid ${directory}/nginx.pid;\n`;
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join('\n');
  return `${own}${example}`
    .replace('http {', `http {\naccess_log off;\n${paths}\n`)
    .replace('unix:/run/assay/sidecar.sock', `unix:${fixture.socket('nginx')}`)
    .replace('127.0.0.1:8080', `127.0.0.1:${servicePort}`)
    .replace('127.0.0.1:8000', `127.0.0.1:${port}`);
}
