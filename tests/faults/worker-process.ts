import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../../src/cli/support/node-flags.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface WorkerProcess {
  readonly child: ChildProcess;
  /** SIGKILL: no handler runs, as when the kernel or a node dies. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>;
  /** Everything it logged so far. */
  log(): string;
}

/** A real `assay worker`, ready to take jobs. */
export async function startWorkerProcess(environment: Record<string, string>): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [...nodeFlags('worker'), main, 'worker'], {
    env: { PATH: process.env.PATH ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream!.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('"working"')) resolve();
      });
    }
    void exited.then(([code]) =>
      reject(new Error(`the worker ended with ${code} before it was ready:\n${log}`)),
    );
  });
  await ready;
  return {
    child,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    terminate: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
    log: () => log,
  };
}
