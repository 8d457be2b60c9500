import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readDevFile } from '../dev/dev-file.ts';

/** A first start downloads nothing, but makes a database cluster and loads the sample: about ten seconds here. */
const startTimeoutMs = 120_000;
/** `assay dev` ends its children in order within its own grace period. */
const stopTimeoutMs = 30_000;

export interface DevStack {
  /** True when it was started here. */
  started: boolean;
  /** Stops what was started here; nothing where it was up already. */
  stop(): Promise<void>;
}

/**
 * Uses the stack of `assay dev` when it answers, and otherwise starts it for as long as this command runs.
 *
 * @throws the signal's reason when it was aborted; what was started is stopped then.
 */
export async function ensureDevStack(stateDirectory: string, signal: AbortSignal): Promise<DevStack> {
  if (await isReady(stateDirectory)) return { started: false, stop: async () => {} };
  const main = fileURLToPath(new URL(`../main${extension()}`, import.meta.url));
  // Its own process group, so that Ctrl-C reaches us alone and we stop it in order. The channel ends it if we are
  // killed (end-with-supervisor.ts).
  const child = spawn(process.execPath, [...process.execArgv, main, 'dev'], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream!.setEncoding('utf8').on('data', (text: string) => {
      output.push(text);
      // The last of it explains a failure; the rest must not pile up.
      if (output.length > 200) output.shift();
    });
  }
  const exited = once(child, 'exit');
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timeout = new AbortController();
    await Promise.race([exited, sleep(stopTimeoutMs, undefined, { signal: timeout.signal }).catch(() => {})]);
    timeout.abort();
  };
  try {
    await waitUntilUp(stateDirectory, signal, () => child.exitCode !== null || child.signalCode !== null);
  } catch (error) {
    await stop();
    signal.throwIfAborted();
    throw new Error(`${(error as Error).message}; assay dev said:\n${output.join('').slice(-2_000)}`, {
      cause: error,
    });
  }
  return { started: true, stop };
}

async function waitUntilUp(stateDirectory: string, signal: AbortSignal, ended: () => boolean): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (ended()) throw new Error('the stack ended while it was starting');
    if (await isReady(stateDirectory)) return;
    await sleep(200);
  }
  throw new Error(`the stack was not ready within ${startTimeoutMs / 1000} s`);
}

async function isReady(stateDirectory: string): Promise<boolean> {
  const dev = readDevFile(stateDirectory);
  if (dev === undefined || Object.keys(dev.pids).length === 0) return false;
  try {
    return (await fetch(`${dev.api_url}/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

/** `.ts` in a checkout, `.js` in what is shipped. */
function extension(): string {
  return import.meta.url.slice(import.meta.url.lastIndexOf('.'));
}
