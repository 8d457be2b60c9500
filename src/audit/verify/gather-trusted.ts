import type { Pool } from 'pg';
import { readCheckpointFile } from '../checkpoints/checkpoint-file.ts';
import { findCosignedCheckpoint } from '../checkpoints/find-checkpoint.ts';
import type { VerifierKey } from '../checkpoints/note-key.ts';
import { type TrustedCheckpoint, trustNote } from './trusted.ts';

export interface TrustSources {
  pool: Pool;
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
 * which no one else can make; the file. A source that does not answer is named, not believed to agree.
 */
export async function gatherTrusted(sources: TrustSources): Promise<Gathered> {
  const { pool, logKeys, path, witness } = sources;
  const gathered: Gathered = { trusted: [], unavailable: [] };
  const keep = async (source: string, find: () => Promise<TrustedCheckpoint | null>) => {
    try {
      const found = await find();
      if (found !== null) gathered.trusted.push(found);
    } catch (error) {
      gathered.unavailable.push(`${source}: ${(error as Error).message}`);
    }
  };
  if (witness !== undefined) {
    const cosigned = await findCosignedCheckpoint(pool, witness.key.name);
    if (cosigned !== null)
      await keep('a cosignature', async () =>
        trustNote(cosigned.note, [witness.key], 'a cosigned checkpoint'),
      );
    for (const origin of new Set(logKeys.map(({ name }) => name)))
      await keep('the witness', () => askWitness(sources.fetch, witness, origin));
  }
  if (path !== undefined) {
    for (const key of logKeys) {
      await keep(path, async () => {
        const checkpoint = await readCheckpointFile(path, key);
        return checkpoint === null ? null : { ...checkpoint, source: `the checkpoint in ${path}` };
      });
    }
  }
  return gathered;
}

async function askWitness(
  ask: typeof fetch,
  { key, url }: { key: VerifierKey; url: string },
  origin: string,
): Promise<TrustedCheckpoint | null> {
  const address = `${url.replace(/\/$/, '')}/checkpoint?origin=${encodeURIComponent(origin)}`;
  const response = await ask(address, { signal: AbortSignal.timeout(witnessTimeoutMs) });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  const trusted = trustNote(await response.text(), [key], 'the witness');
  if (trusted === null) throw new Error(`${address} answered a note that is not signed by ${key.text}`);
  return trusted.origin === origin ? trusted : null;
}
