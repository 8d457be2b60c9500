import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

/** A process that answers messages one at a time, and says `ready` (any message) when it has started. */
export interface Child<Ask, Answer> {
  process: ChildProcess;
  /** What it said when it was ready. */
  ready: unknown;
  ask(question: Ask): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts a TypeScript file of the bench as a process of its own. */
export async function startChild<Ask extends object, Answer>(
  file: string,
  argv: string[] = [],
): Promise<Child<Ask, Answer>> {
  const process = fork(new URL(file, import.meta.url), argv, { serialization: 'advanced' });
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

/** Processor time a process has used so far, in seconds; NaN where the system does not tell. */
export async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticksPerSecond = 100;
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
