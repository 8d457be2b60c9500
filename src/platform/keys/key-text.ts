import { hash, randomBytes } from 'node:crypto';

/** A key as its owner sees it: `assay_<id>_<random>`. The id is public, the random part is the secret. */
export interface NewKey {
  keyId: string;
  /** Shown once, never stored. */
  text: string;
  /** What is stored. The secret has 192 random bits, so a plain hash is enough: there is nothing to guess. */
  sha256: Buffer;
}

const form = /^assay_([0-9a-f]{12})_[0-9a-f]{48}$/;

export function makeKey(random: (bytes: number) => Buffer = randomBytes): NewKey {
  const keyId = random(6).toString('hex');
  const text = `assay_${keyId}_${random(24).toString('hex')}`;
  return { keyId, text, sha256: sha256Of(text) };
}

/** @returns the public id, or null when the text cannot be one of our keys, which saves asking the database. */
export function keyIdOf(text: string): string | null {
  return form.exec(text)?.[1] ?? null;
}

export function sha256Of(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}
