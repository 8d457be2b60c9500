import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface ApiProcess {
  child: ChildProcess;
  ports: number[];
  /** Resolves with exit code or signal. */
  ended: Promise<number | string>;
}

const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** `assay api` as a process of its own, once it listens. */
async function startProcess(env: Record<string, string> = {}): Promise<ApiProcess> {
  const child = spawn(process.execPath, [main, 'api'], {
    env: { DATABASE_URL: database.url, HOST: '127.0.0.1', PORT: '0', SHADOW_API_KEY: 'shadow-key', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line) as { msg: string; ports?: number[] };
    if (entry.msg === 'listening') {
      child.stdout!.resume();
      return { child, ports: entry.ports!, ended };
    }
  }
  throw new Error(`assay api ended with ${await ended} before it listened`);
}

describe('assay api', () => {
  test('answers on both ports and ends with 0 on SIGTERM', async () => {
    const { child, ports, ended } = await startProcess({ SECOND_PORT: '0' });
    expect(ports).toHaveLength(2);
    for (const port of ports) expect((await fetch(`http://127.0.0.1:${port}/ready`)).status).toBe(200);
    const headers = { authorization: 'Bearer shadow-key', 'x-request-id': 'from-a-socket' };
    const answer = await fetch(`http://127.0.0.1:${ports[0]}/samples/datasets`, { headers });
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/json',
      'ratelimit-policy': '"key";q=20000;w=2',
      'x-content-type-options': 'nosniff',
      'x-request-id': 'from-a-socket',
    });
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('finishes a request that is being sent when it is told to stop', async () => {
    const { child, ports, ended } = await startProcess();
    const body = '{"rule_id":1}';
    const socket = connect(ports[0]!, '127.0.0.1');
    socket.setEncoding('utf8');
    socket.write(
      'POST /shadow/evaluate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shadow-key\r\n' +
        `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await expect(fetch(`http://127.0.0.1:${ports[0]}/health`)).rejects.toThrow();
    socket.write(body.slice(5));
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ended).toBe(0);
  });

  test('waits no longer than the grace, and a second signal ends it at once', async () => {
    for (const { graceMs, signals, expected } of [
      { graceMs: '300', signals: 1, expected: 0 },
      { graceMs: '60000', signals: 2, expected: 143 },
    ]) {
      const { child, ports, ended } = await startProcess({ SHUTDOWN_GRACE_MS: graceMs });
      const socket = connect(ports[0]!, '127.0.0.1');
      socket.on('error', () => {});
      // A request that never ends.
      socket.write(
        'POST /shadow/evaluate HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer shadow-key\r\n' +
          'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      await new Promise((resolve) => setTimeout(resolve, 200));
      const started = performance.now();
      for (let i = 0; i < signals; i++) {
        child.kill('SIGTERM');
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(await ended).toBe(expected);
      expect(performance.now() - started).toBeLessThan(10_000);
      socket.destroy();
    }
  });

  test('says what is wrong with its settings, all at once, and ends with 1', async () => {
    const child = spawn(process.execPath, [main, 'api'], {
      env: { PORT: 'http', LOG_LEVEL: 'loud' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(1);
    expect(said).toMatch(/3 faults[\s\S]*PORT[\s\S]*LOG_LEVEL[\s\S]*DATABASE_URL/);
  });
});
