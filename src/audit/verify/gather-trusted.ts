import type { Pool } from 'pg';
import { readCheckpointFile } from '../checkpoints/checkpoint-file.ts';
import { findCosignedCheckpoint } from '../checkpoints/find-checkpoint.ts';
import type { VerifierKey } from '../checkpoints/note-key.ts';
import { type TrustedCheckpoint, trustNote } from './trusted.ts';

export interface TrustSources {
  pool: Pool;
  /** The name of the log as it was configured: whoever empties the table of keys must not thereby silence the witness. */
  origin: string;
  logKeys: readonly VerifierKey[];
  /** Where the newest checkpoint is written. */
  path?: string | undefined;
  witness?: { key: VerifierKey; url: string } | undefined;
  fetch: typeof fetch;
}

export interface Gathered {
  trusted: TrustedCheckpoint[];
  /** Sources that could not be asked, and why. */
  unavailable: string[];
}

const witnessTimeoutMs = 3_000;

/**
 * What others saw of the log: the witness, asked itself; the newest checkpoint in the database that bears its cosignature,
 * which no one else can make; the file. A source that does not answer, or knows nothing of the log, is named, not believed
 * to agree.
 */
export async function gatherTrusted(sources: TrustSources): Promise<Gathered> {
  const { pool, origin, logKeys, path, witness } = sources;
  const origins = [...new Set([origin, ...logKeys.map(({ name }) => name)])];
  const gathered: Gathered = { trusted: [], unavailable: [] };
  const keep = async (source: string, find: () => Promise<TrustedCheckpoint[]>) => {
    try {
      gathered.trusted.push(...(await find()));
    } catch (error) {
      gathered.unavailable.push(`${source}: ${(error as Error).message}`);
    }
  };
  if (witness !== undefined) {
    await keep('the newest cosignature', () => readCosigned(pool, witness.key, origins));
    // By one name at a time: one that it does not take, put among the keys, must not cost its word about the others.
    const known = gathered.trusted.length + gathered.unavailable.length;
    for (const name of origins) await keep('the witness', () => askWitness(sources.fetch, witness, name));
    if (known === gathered.trusted.length + gathered.unavailable.length)
      gathered.unavailable.push(`the witness: it has cosigned nothing of ${origins.join(', ')}`);
  }
  if (path !== undefined) await keep(path, async () => [await readFiled(path, logKeys)]);
  return gathered;
}

async function readCosigned(pool: Pool, key: VerifierKey, origins: string[]): Promise<TrustedCheckpoint[]> {
  const cosigned = await findCosignedCheckpoint(pool, key.name);
  if (cosigned === null) return [];
  const trusted = trustNote(cosigned.note, [key], 'a cosigned checkpoint');
  if (trusted === null || !origins.includes(trusted.origin))
    throw new Error(`that of ${cosigned.size} entries is not of this log by ${key.text}`);
  return [trusted];
}

/** @returns none where it knows no log of that name. */
async function askWitness(
  ask: typeof fetch,
  { key, url }: { key: VerifierKey; url: string },
  origin: string,
): Promise<TrustedCheckpoint[]> {
  const address = `${url.replace(/\/$/, '')}/checkpoint?origin=${encodeURIComponent(origin)}`;
  const response = await ask(address, { signal: AbortSignal.timeout(witnessTimeoutMs) });
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const trusted = trustNote(await response.text(), [key], 'the witness');
  if (trusted?.origin !== origin)
    throw new Error(`${address} answered no checkpoint of this log signed by ${key.text}`);
  return [trusted];
}

/** The file is of one key; a log that changed its key has two. */
async function readFiled(path: string, logKeys: readonly VerifierKey[]): Promise<TrustedCheckpoint> {
  let failure: unknown = new Error('no key of the log is known to check it with');
  for (const key of logKeys) {
    try {
      const checkpoint = await readCheckpointFile(path, key);
      if (checkpoint === null) throw new Error('there is no such file');
      return { ...checkpoint, source: `the checkpoint in ${path}` };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
