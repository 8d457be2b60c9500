import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tenantName } from './ledger-requests.ts';

const run = promisify(execFile);

// autocannon spends more of a core on a request than a sidecar does, so beside it a rate is autocannon's own; wrk spends a
// tenth of that. It has no Unix sockets.

export async function hasWrk(): Promise<boolean> {
  // It has no flag that succeeds and asks for nothing: what it prints is its usage.
  return run('wrk', ['--version']).then(
    () => true,
    ({ stdout }: { stdout?: string }) => stdout?.startsWith('wrk ') ?? false,
  );
}

export interface WrkLoad {
  port: number;
  connections: number;
  seconds: number;
  tenants: number;
}

/** Spends of one credit, over so many tenants in turn. */
export async function runWrk({
  port,
  connections,
  seconds,
  tenants,
}: WrkLoad): Promise<{ perSecond: number; requests: number; other: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-wrk-'));
  try {
    const script = join(folder, 'consume.lua');
    await writeFile(script, scriptOf(Array.from({ length: tenants }, (_, n) => tenantName(n))));
    const flags = ['--threads', '1', '--connections', String(connections), '--duration', `${seconds}s`];
    const { stdout } = await run('wrk', [...flags, '--script', script, `http://127.0.0.1:${port}/consume`]);
    const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? 0);
    const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout) ?? [];
    const broken = errors.slice(1).reduce((sum, text) => sum + Number(text), 0);
    return {
      perSecond: number(/Requests\/sec:\s+([\d.]+)/),
      requests: number(/(\d+) requests in/),
      other: number(/Non-2xx or 3xx responses: (\d+)/) + broken,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

const scriptOf = (names: readonly string[]) => `
local headers = { ["Content-Type"] = "application/json" }
local names = { ${names.map((name) => `"${name}"`).join(', ')} }
local requests, turn = {}, 0
function init()
  for i, name in ipairs(names) do
    requests[i] = wrk.format("POST", nil, headers, '{"tenant_id":"' .. name .. '","amount":1}')
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
`;
