import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, startTimeOf } from '../../platform/embedded/process-info.ts';

interface Holder {
  pid: number;
  /** Process ids are used again; together with the start time they are not. */
  started: string;
}

/**
 * Lets one `assay dev` run in a checkout. A lock whose process is gone is taken over.
 *
 * @returns the function that gives the lock back, or the process id of the `assay dev` that holds it.
 */
export function takeDevLock(stateDirectory: string): (() => void) | number {
  mkdirSync(stateDirectory, { recursive: true });
  const file = join(stateDirectory, 'dev.lock');
  const own: Holder = { pid: process.pid, started: startTimeOf(process.pid) };
  for (;;) {
    try {
      writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = readHolder(file);
    if (holder !== undefined && isAlive(holder.pid) && startTimeOf(holder.pid) === holder.started) {
      return holder.pid;
    }
    rmSync(file, { force: true });
  }
}

function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    return undefined; // gone in the meantime, or cut short by a crash
  }
}
