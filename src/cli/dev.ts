import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { processEnvironment } from '../platform/config/process-environment.ts';
import { readDevFile } from './dev/dev-file.ts';
import { takeDevLock } from './dev/dev-lock.ts';
import { loadSampleData } from './dev/load-sample-data.ts';
import { type Stack, startStack } from './dev/start-stack.ts';
import { stateDirectory } from './dev/state-directory.ts';
import { stopSignal } from './dev/stop-signal.ts';
import { welcome } from './dev/welcome.ts';
import { reportFailure } from './support/report-failure.ts';

export const summary = 'Run everything here: embedded PostgreSQL, API, worker and sample data (npm start)';

const usage = `Usage: assay dev [--state DIRECTORY]

  --state DIRECTORY   keep data, keys and logs there instead of in .assay/; a second stack needs its own

PORT, HOST, DATABASE_URL, REDIS_URL and the other variables of docs/reference/configuration.md are honoured.
`;

/** Exit codes: 0 stopped in order, 1 could not start or something ended, 2 wrong use, 130 a second Ctrl-C. */
export async function run(argv: string[]): Promise<number> {
  let directory: string;
  try {
    const { values } = parseArgs({
      args: argv,
      options: { state: { type: 'string' }, help: { type: 'boolean' } },
    });
    if (values.help) {
      process.stdout.write(usage);
      return 0;
    }
    directory = values.state ?? stateDirectory(process.cwd());
  } catch (error) {
    process.stderr.write(`assay dev: ${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  mkdirSync(directory, { recursive: true });
  const lock = takeDevLock(directory);
  if (typeof lock === 'number') {
    const url = readDevFile(directory)?.api_url ?? 'an address not known yet';
    process.stderr.write(
      `Assay runs here already (process ${lock}) on ${url}. Stop it first, or use that one.\n`,
    );
    return 1;
  }
  const closers = new AsyncDisposableStack();
  closers.defer(lock);
  return serve(directory, closers);
}

async function serve(directory: string, closers: AsyncDisposableStack): Promise<number> {
  const started = performance.now();
  let stack: Stack | undefined;
  const env = processEnvironment();
  // A reader that goes away (`npm start | head`) must not end the stack in disorder; what it would have read is lost.
  process.stdout.on('error', () => {});
  const signal = stopSignal(process, env.npm_lifecycle_event !== undefined, () => {
    stack?.kill();
    process.exit(130);
  });
  let code = 0;
  try {
    stack = await startStack({ directory, env, closers, signal, say });
    const { dev } = stack;
    const loaded = await loadSampleData(dev.api_url, dev.admin_api_key, signal);
    if (loaded > 0) say(`loaded ${loaded} samples of made-up traffic`);
    say(welcome(dev, (performance.now() - started) / 1_000, directory));
    const reason = await Promise.race([stack.broken, aborted(signal)]);
    if (reason !== undefined) throw new Error(reason);
  } catch (error) {
    if (!signal.aborted) code = reportFailure('assay dev', error);
  }
  say('stopping …');
  await closers.disposeAsync();
  say('stopped; data is kept');
  return code;
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
