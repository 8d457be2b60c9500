import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';

/** A process that answers messages one at a time, and says `ready` (any message) when it has started. */
export interface Child<Ask, Answer> {
  process: ChildProcess;
  /** What it said when it was ready. */
  ready: unknown;
  ask(question: Ask): Promise<Answer>;
  stop(): Promise<void>;
}

/**
 * Starts a TypeScript file of the bench as a process of its own.
 *
 * @param flags of its Node; not those of this process, which are a worker's.
 */
export async function startChild<Ask extends object, Answer>(
  file: string,
  argv: string[] = [],
  flags: string[] = [],
): Promise<Child<Ask, Answer>> {
  const process = fork(new URL(file, import.meta.url), argv, { serialization: 'advanced', execArgv: flags });
  const exited = once(process, 'exit');
  const answer = async () => {
    const message = once(process, 'message');
    const [first] = await Promise.race([
      message,
      exited.then(() => Promise.reject(new Error(`${file} ended`))),
    ]);
    return first as unknown;
  };
  const ready = await answer();
  return {
    process,
    ready,
    ask: async (question) => {
      process.send(question);
      return (await answer()) as Answer;
    },
    stop: async () => {
      process.kill('SIGTERM');
      await exited;
    },
  };
}

/**
 * Processor time a process has used so far, in microseconds, with that of its children where asked for; NaN where the
 * system does not tell. Unlike rates it hardly depends on who else uses the machine.
 */
export async function cpuMicroseconds(pid: number, withChildren = false): Promise<number> {
  const own = await readStat(pid);
  if (!withChildren) return own?.cpu ?? Number.NaN;
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(pids.map((name) => readStat(Number(name))));
  const children = all.filter((stat) => stat?.parent === pid);
  return children.reduce((sum, stat) => sum + stat!.cpu, own?.cpu ?? Number.NaN);
}

const tickMicroseconds = 10_000;

async function readStat(pid: number): Promise<{ parent: number; cpu: number } | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (stat === '') return null;
  // Behind the name, which may hold anything: state, parent, …, user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) * tickMicroseconds };
}

/** The process that started another, such as PostgreSQL's of a backend. */
export async function parentOf(pid: number): Promise<number> {
  return (await readStat(pid))?.parent ?? Number.NaN;
}
