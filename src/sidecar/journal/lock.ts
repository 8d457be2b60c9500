import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { JournalError } from '../core/journal.ts';

export interface JournalLock {
  release(): void;
}

/**
 * Keeps one spender a journal. Node has no `flock`, but SQLite, which is built into it, takes the kernel's own lock on
 * a byte range of a file (fcntl): the kernel ends it with the process, however that dies, so there is no stale lock to
 * judge and no race in taking one over. It holds between containers that share the directory too. A file with a process id
 * does not, since a container's ids mean nothing in another; nor does an abstract socket, which is of one network namespace.
 *
 * It costs 1.9 MB of memory once.
 *
 * @throws JournalError when another process has it, or the directory is not writable.
 */
export function lockJournal(directory: string): JournalLock {
  const path = join(directory, 'lock');
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: 0 });
    // In memory: nothing is ever written to it, and a crash must leave no rollback journal behind.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    const held = database;
    return { release: () => held.close() };
  } catch (cause) {
    database?.close();
    const isHeld = (cause as { errcode?: number }).errcode === 5;
    const what = isHeld
      ? 'another sidecar is spending from it; give each its own ASSAY_JOURNAL_DIR'
      : `cannot be locked: ${(cause as Error).message}`;
    throw new JournalError(`${path}: ${what}`, { cause });
  }
}
