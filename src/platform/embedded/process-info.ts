import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Is there such a process that still does something? A zombie waiting for its parent does not. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statFields(pid)?.[0] !== 'Z';
}

/** The full command line, `''` when the process is gone or not ours to see. */
export function commandLineOf(pid: number): string {
  if (process.platform === 'linux') {
    return (readProc(pid, 'cmdline') ?? '').replaceAll('\0', ' ');
  }
  return ps(pid, 'command=');
}

/**
 * Something that differs between two processes that were given the same id, one after the other: clock ticks since
 * boot on Linux, the start date elsewhere.
 */
export function startTimeOf(pid: number): string {
  if (process.platform === 'linux') return statFields(pid)?.[19] ?? '';
  return ps(pid, 'lstart=');
}

/** Waits until the process is gone, polling because it need not be a child of ours. */
export async function hasExited(pid: number, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** Fields of /proc/<pid>/stat after the command, which may itself hold blanks and brackets: state first. */
function statFields(pid: number): string[] | undefined {
  if (process.platform !== 'linux') return undefined;
  const stat = readProc(pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return undefined;
  }
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync('ps', ['-ww', '-o', column, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}
