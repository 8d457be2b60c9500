import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../../src/cli/support/node-flags.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface ApiProcess {
  child: ChildProcess;
  port: number;
  url: string;
  /** SIGKILL: no handler runs, as when the kernel or a node dies. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>;
}

/**
 * A real `assay api`, listening.
 *
 * @param env its whole environment, with `DATABASE_URL` at least.
 * @param port 0 takes a free one.
 */
export async function startApiProcess(env: Record<string, string>, port = 0): Promise<ApiProcess> {
  const child = spawn(process.execPath, [...nodeFlags('api'), main, 'api'], {
    env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', LOG_LEVEL: 'info', ...env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_000);
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { msg: string; ports?: number[] };
    if (entry.msg !== 'listening') continue;
    child.stdout.resume();
    const [listening] = entry.ports!;
    return {
      child,
      port: listening!,
      url: `http://127.0.0.1:${listening}`,
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
      terminate: async () => {
        child.kill('SIGTERM');
        return (await exited)[0];
      },
    };
  }
  throw new Error(`assay api ended with ${(await exited)[0]} before it listened:\n${said}`);
}
