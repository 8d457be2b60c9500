import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { nodeFlags } from '../../src/cli/support/node-flags.ts';

const sources = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface SidecarProcess {
  child: ChildProcess;
  /** From starting the process to its listening. */
  startedMs: number;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM. */
  terminate(): Promise<{ code: number | null; tookMs: number; logged: string }>;
}

export interface SidecarOptions {
  apiUrl: string;
  apiKey: string;
  instance: string;
  /** Its journal. */
  directory: string;
  socket: string;
  env?: Record<string, string>;
  /** Of the built form; else it runs from the sources. */
  main?: string | undefined;
}

/** A real `assay sidecar`, listening on a socket. */
export async function startSidecarProcess(options: SidecarOptions): Promise<SidecarProcess> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeFlags('sidecar'), options.main ?? sources, 'sidecar'], {
    env: {
      PATH: process.env.PATH ?? '',
      ASSAY_API_URL: options.apiUrl,
      ASSAY_API_KEY: options.apiKey,
      ASSAY_INSTANCE: options.instance,
      ASSAY_JOURNAL_DIR: options.directory,
      ASSAY_SIDECAR_SOCKET: options.socket,
      ASSAY_SIDECAR_PORT: '0',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let logged = '';
  child.stderr.on('data', (chunk: Buffer) => {
    logged += chunk.toString();
  });
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      logged += `${line}\n`;
      if (line.includes('"msg":"listening"')) resolve();
    });
    void exited.then(([code]) => reject(new Error(`assay sidecar ended with ${code}:\n${logged}`)));
  });
  const startedMs = performance.now() - startedAt;
  return {
    child,
    startedMs,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    terminate: async () => {
      const from = performance.now();
      child.kill('SIGTERM');
      const [code] = await exited;
      return { code, tookMs: performance.now() - from, logged };
    },
  };
}

export interface SidecarAnswer {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of all faces; tests compare what they expect.
  body: any;
  text: string;
}

export interface SidecarClient {
  send(method: string, path: string, options?: SendOptions): Promise<SidecarAnswer>;
  /** Of a `POST /consume`; 0 where the connection broke and nobody knows. */
  consume(tenantId: string, amount: number): Promise<number>;
  close(): void;
}

export interface SendOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

/** Talks to a sidecar over its socket, on kept connections. */
export function sidecarClient(socketPath: string): SidecarClient {
  const agent = new Agent({ keepAlive: true });
  const send = (method: string, path: string, { body, headers = {} }: SendOptions = {}) =>
    new Promise<SidecarAnswer>((resolve, reject) => {
      const sent = request({ agent, socketPath, method, path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('error', reject);
        response.on('end', () => {
          const isJson = /json/.test(response.headers['content-type'] ?? '');
          const parsed = isJson && text !== '' ? JSON.parse(text) : undefined;
          resolve({ status: response.statusCode!, headers: response.headers, body: parsed, text });
        });
      });
      sent.on('error', reject);
      sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
    });
  return {
    send,
    consume: async (tenantId, amount) => {
      try {
        return (await send('POST', '/consume', { body: { tenant_id: tenantId, amount } })).status;
      } catch {
        return 0;
      }
    },
    close: () => agent.destroy(),
  };
}
