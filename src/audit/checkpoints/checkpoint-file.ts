import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { VerifierKey } from './note-key.ts';
import { isSignedBy, parseNote } from './signed-note.ts';

/** Written beside and renamed: a reader, or what copies it elsewhere, sees the old checkpoint or the new one. */
export async function writeCheckpointFile(path: string, note: string): Promise<void> {
  const beside = `${path}.${randomUUID()}`;
  try {
    await writeFile(beside, note);
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/**
 * The checkpoint that was last written to a path; null when there is none.
 *
 * @throws Error when there is a file that this log did not sign: writing over it would destroy evidence.
 */
export async function readCheckpointFile(path: string, key: VerifierKey): Promise<Checkpoint | null> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const note = parseNote(content);
  const checkpoint = note !== null && isSignedBy(note, key) ? parseCheckpoint(note.text) : null;
  if (checkpoint === null)
    throw new Error(`${path} holds no checkpoint signed by ${key.text}; move it away if the key was changed`);
  return checkpoint;
}
