import { hashBytes } from '../tree/hashing.ts';

/** C2SP tlog-checkpoint: what a signed note says of a tree. */
export interface Checkpoint {
  /** Which log: the name of its key. */
  origin: string;
  size: number;
  rootHash: Buffer;
}

export function checkpointText({ origin, size, rootHash }: Checkpoint): string {
  return `${origin}\n${size}\n${rootHash.toString('base64')}\n`;
}

/** @param text of a note, its signatures taken off. @returns null when it is no checkpoint. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin, sizeText, root, ...extensions] = text.slice(0, -1).split('\n');
  if (!text.endsWith('\n') || !origin || extensions.includes('')) return null;
  const size = Number(sizeText);
  if (!/^(0|[1-9]\d{0,15})$/.test(sizeText ?? '') || !Number.isSafeInteger(size)) return null;
  const rootHash = Buffer.from(root ?? '', 'base64');
  if (rootHash.length !== hashBytes || rootHash.toString('base64') !== root) return null;
  return { origin, size, rootHash };
}
