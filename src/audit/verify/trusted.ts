import { type Checkpoint, parseCheckpoint } from '../checkpoints/checkpoint.ts';
import type { VerifierKey } from '../checkpoints/note-key.ts';
import { isSignedBy, parseNote } from '../checkpoints/signed-note.ts';

/** A checkpoint that came from outside what is being verified. */
export interface TrustedCheckpoint extends Checkpoint {
  /** For people: who says so. */
  source: string;
}

/**
 * A note as a trusted checkpoint.
 *
 * @returns null when none of `keys` signed it, or it is no checkpoint.
 */
export function trustNote(
  content: string,
  keys: readonly VerifierKey[],
  source: string,
): TrustedCheckpoint | null {
  const note = parseNote(content);
  if (note === null || !keys.some((key) => isSignedBy(note, key))) return null;
  const checkpoint = parseCheckpoint(note.text);
  return checkpoint === null ? null : { ...checkpoint, source };
}
