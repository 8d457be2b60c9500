import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { nodeFlags } from '../support/node-flags.ts';

export interface SupervisedOptions {
  /** The command of `assay` to run. */
  name: string;
  entryPoint: string;
  env: Record<string, string | undefined>;
  logFile: string;
  /** Told the process id of each start, and undefined when the process has gone. */
  onPid: (pid: number | undefined) => void;
  say: (line: string) => void;
}

export interface Supervised {
  /** Resolves with a message should the process end before `settled` was called. */
  readonly failedToStart: Promise<string>;
  /** From here on a crash is followed by another start. */
  settled(): void;
  stop(): Promise<void>;
  kill(): void;
}

/** Doubles with each crash in a row, so that a broken edit does not spin a core; a minute of running clears it. */
const BACK_OFF_MS = { first: 500, most: 30_000, clearedAfter: 60_000 };
/** Longer than a command takes to stop in order: SHUTDOWN_GRACE_MS, 10 s by default, and what it cuts short. */
const STOP_MS = 15_000;

/** Runs one command of `assay` as a child, in a session of its own so that Ctrl-C reaches it through us alone. */
export function supervise(options: SupervisedOptions): Supervised {
  const failed = Promise.withResolvers<string>();
  let settled = false;
  let stopping = false;
  let backOffMs = BACK_OFF_MS.first;
  let restart: NodeJS.Timeout | undefined;
  let child: ChildProcess;
  let exited: Promise<void>;

  function start(): void {
    const started = Date.now();
    child = spawnCommand(options);
    options.onPid(child.pid);
    exited = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', (code, signal) => {
        options.onPid(undefined);
        resolve();
        if (!stopping) onCrash(signal ?? `exit code ${code}`, Date.now() - started);
      });
    });
  }

  function onCrash(how: string, livedMs: number): void {
    if (!settled) {
      failed.resolve(
        `assay ${options.name} did not start (${how}); ${options.logFile} ends:\n${tailOf(options.logFile)}`,
      );
      return;
    }
    if (livedMs > BACK_OFF_MS.clearedAfter) backOffMs = BACK_OFF_MS.first;
    options.say(
      `assay ${options.name} ended unexpectedly (${how}); starting it again in ${backOffMs / 1000} s, see ${options.logFile}`,
    );
    restart = setTimeout(start, backOffMs);
    backOffMs = Math.min(2 * backOffMs, BACK_OFF_MS.most);
  }

  start();
  return {
    failedToStart: failed.promise,
    settled: () => {
      settled = true;
    },
    stop: async () => {
      stopping = true;
      clearTimeout(restart);
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
    kill: () => {
      child.kill('SIGKILL');
    },
  };
}

function spawnCommand({ entryPoint, name, env, logFile }: SupervisedOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    return spawn(process.execPath, [...nodeFlags(name), entryPoint, name], {
      detached: true,
      env,
      stdio: ['ignore', log, log, 'ipc'], // the channel tells the child when we are gone, whatever ended us
    });
  } finally {
    closeSync(log);
  }
}

function tailOf(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
}
