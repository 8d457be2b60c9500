import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readLockFile } from './cluster-files.ts';
import { commandLineOf, hasExited, isAlive } from './process-info.ts';

/** A fast shutdown writes one checkpoint: at most shared_buffers, seconds even on a slow disk. */
const SHUTDOWN_MS = 60_000;

/**
 * Stops the server that a killed start left running on this data directory, and removes a lock file whose process is
 * gone. Restarting rather than adopting costs about 0.3 s and means that only one path leads to a running server,
 * always with the present settings and binaries. The data is untouched: SIGINT is PostgreSQL's fast shutdown.
 */
export async function stopOrphan(dataDirectory: string): Promise<void> {
  const lock = await readLockFile(dataDirectory);
  if (lock === undefined) return;
  // Process ids are used again, so the command line must name the data directory.
  if (!isAlive(lock.pid) || !commandLineOf(lock.pid).includes(dataDirectory)) {
    // PostgreSQL itself refuses to start when a stranger has been given the dead server's process id.
    await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
    return;
  }
  process.kill(lock.pid, 'SIGINT');
  if (!(await hasExited(lock.pid, SHUTDOWN_MS))) {
    throw new Error(
      `PostgreSQL (process ${lock.pid}) still runs on ${dataDirectory} and did not stop when asked. End it with "kill -INT ${lock.pid}" and start again.`,
    );
  }
}
