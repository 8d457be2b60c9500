import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { consistencyPlan } from '../tree/proof-plan.ts';
import { readProof } from '../tree/read-nodes.ts';
import type { VerifierKey } from './note-key.ts';
import { isSignedBy, parseNote, parseSignatureLine } from './signed-note.ts';

export interface WitnessClientDeps {
  /** Connections as `assay_sequencer`. */
  pool: Pool;
  /** Submission prefix. */
  url: string;
  key: VerifierKey;
  fetch: typeof fetch;
}

/** `refused`: it says that this log does not continue what it saw. `stale`: it saw more than we know of. */
export type WitnessFailure = 'unreachable' | 'stale' | 'refused';

export class WitnessError extends Error {
  readonly reason: WitnessFailure;

  constructor(reason: WitnessFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WitnessError';
    this.reason = reason;
  }
}

/** A witness answers in milliseconds; one that does not must not hold up the next checkpoint for long. */
const timeoutMs = 5_000;
const answerCharactersMax = 64 * 1_024;

interface Newest {
  size: number;
  root_hash: Buffer;
  note: string;
  witnessed: number;
}

/**
 * Has the newest checkpoint cosigned, unless it is already, and stores the cosignature.
 *
 * @returns the size that is witnessed now; null when nothing was published yet.
 * @throws WitnessError
 */
export async function submitToWitness(deps: WitnessClientDeps): Promise<number | null> {
  const statement = sql(import.meta.url, './sql/find-newest-unwitnessed.sql');
  const newest = (await deps.pool.query<Newest>(statement, [deps.key.name])).rows[0];
  if (newest === undefined || newest.size === 0) return null;
  if (newest.witnessed === newest.size) return newest.size;
  let response = await post(deps, newest, newest.witnessed);
  if (response.status === 409) {
    const known = Number(/^(\d{1,16})\n?$/.exec(response.body)?.[1]);
    if (known === newest.witnessed || !Number.isSafeInteger(known))
      throw new WitnessError('refused', `the witness knows another tree of ${newest.size} entries`);
    if (known > newest.size)
      throw new WitnessError('stale', `the witness saw ${known} entries, this log published ${newest.size}`);
    response = await post(deps, newest, known);
  }
  if (response.status !== 200)
    throw new WitnessError(
      'refused',
      `the witness answered ${response.status}: ${response.body.slice(0, 200)}`,
    );
  const line = cosignatureOf(newest.note, response.body, deps.key);
  await deps.pool.query(sql(import.meta.url, './sql/insert-cosignature.sql'), [
    newest.size,
    deps.key.name,
    line,
  ]);
  return newest.size;
}

async function post(
  deps: WitnessClientDeps,
  newest: Newest,
  oldSize: number,
): Promise<{ status: number; body: string }> {
  const proof = await readProof(deps.pool, consistencyPlan(oldSize, newest.size), newest.size);
  const lines = [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64'))];
  try {
    const response = await deps.fetch(`${deps.url.replace(/\/$/, '')}/add-checkpoint`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: `${lines.join('\n')}\n\n${newest.note}`,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: (await response.text()).slice(0, answerCharactersMax) };
  } catch (cause) {
    throw new WitnessError('unreachable', `the witness at ${deps.url} does not answer`, { cause });
  }
}

/** The line of the answer that is the pinned witness's; lines of other keys do not count. */
function cosignatureOf(note: string, answer: string, key: VerifierKey): string {
  for (const line of answer.split('\n')) {
    const parsed = parseSignatureLine(line);
    if (parsed === null || parsed.name !== key.name || !parsed.keyId.equals(key.keyId)) continue;
    const cosigned = parseNote(`${note}${line}\n`);
    if (cosigned !== null && isSignedBy(cosigned, key)) return line;
  }
  throw new WitnessError('refused', `the answer of the witness has no cosignature by ${key.text}`);
}
