import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Journal, JournalError } from '../core/journal.ts';
import { FileJournal } from './file-journal.ts';
import { encodeHeader, type JournalHeader } from './header.ts';
import { headerBytes, slotBytes } from './layout.ts';
import { lockJournal } from './lock.ts';
import { readFormer } from './read-former.ts';

export interface JournalOptions {
  /** Of this holder alone; made if it is missing. */
  directory: string;
  bootId: string;
  /** Monotonic, since boot. */
  nowMs: number;
  /** Leases at once: 4,096 are a file of 266 kB. A journal that exists keeps its number. */
  slots?: number;
}

export interface OpenJournal extends Journal {
  close(): void;
}

/**
 * Opens the journal of a directory, or makes it, and locks it. All its blocks are written now, so that a disk that fills up
 * later does not stop a watermark.
 *
 * @throws JournalError when the directory cannot be written, the disk is full, or another process has it.
 */
export function openJournal(options: JournalOptions): OpenJournal {
  const { directory, slots = 4_096 } = options;
  try {
    mkdirSync(directory, { recursive: true });
  } catch (cause) {
    throw new JournalError(
      `${directory} cannot be made: ${(cause as Error).message}; it takes a writable volume`,
      {
        cause,
      },
    );
  }
  const lock = lockJournal(directory);
  let fd: number | undefined;
  try {
    const path = join(directory, 'leases');
    if (!existsSync(path)) makeFile(path, slots, options.bootId);
    fd = openSync(path, 'r+');
    const content = readAll(fd);
    const former = readFormer(content, options.bootId, options.nowMs);
    if (former.slots === null) {
      // Not to be trusted: it is kept for whoever wants to look, and a new one is begun.
      closeSync(fd);
      fd = undefined;
      renameSync(path, `${path}.untrusted`);
      makeFile(path, slots, options.bootId);
      fd = openSync(path, 'r+');
    }
    return new FileJournal(fd, former, former.slots ?? slots, options.bootId, lock);
  } catch (cause) {
    if (fd !== undefined) closeSync(fd);
    lock.release();
    if (cause instanceof JournalError) throw cause;
    throw new JournalError(`${directory} cannot be used as a journal: ${(cause as Error).message}`, {
      cause,
    });
  }
}

/** Under another name first: a kill in the middle leaves no half of a journal. */
function makeFile(path: string, slots: number, bootId: string): void {
  const making = `${path}.new`;
  const fd = openSync(making, 'w');
  try {
    const header: JournalHeader = {
      version: 1,
      slots,
      bootId,
      epoch: 0,
      incarnation: '',
      confirmed: true,
    };
    const content = Buffer.concat([encodeHeader(header), Buffer.alloc(slots * slotBytes)]);
    for (let done = 0; done < content.length; )
      done += writeSync(fd, content, done, content.length - done, done);
    // File systems that allocate late say here, once, that they are full.
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(making, path);
}

function readAll(fd: number): Buffer {
  const content = Buffer.alloc(Math.max(headerBytes, fstatSync(fd).size));
  for (let done = 0; done < content.length; ) {
    const count = readSync(fd, content, done, content.length - done, done);
    if (count === 0) break;
    done += count;
  }
  return content;
}
