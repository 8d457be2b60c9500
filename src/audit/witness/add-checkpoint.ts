import { type Checkpoint, parseCheckpoint } from '../checkpoints/checkpoint.ts';
import type { SignerKey, VerifierKey } from '../checkpoints/note-key.ts';
import { isSignedBy, parseNote, type SignedNote, signatureLine } from '../checkpoints/signed-note.ts';
import { emptyRoot, hashBytes } from '../tree/hashing.ts';
import { verifyConsistency } from '../tree/verify-proof.ts';
import type { WitnessedLog, WitnessStore } from './witness-store.ts';

export interface WitnessDeps {
  signer: SignerKey;
  /** The keys it trusts, by the origin they sign for. */
  logs: ReadonlyMap<string, readonly VerifierKey[]>;
  store: WitnessStore;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

export interface WitnessAnswer {
  status: 200 | 400 | 403 | 404 | 409 | 422;
  contentType: 'text/plain; charset=utf-8' | 'text/x.tlog.size';
  body: string;
}

/**
 * C2SP tlog-witness `add-checkpoint`: cosigns a checkpoint that provably continues the last one it cosigned of that log,
 * and refuses any other, with the specification's status codes.
 */
export function addCheckpoint(deps: WitnessDeps, body: string): WitnessAnswer {
  const request = parseRequest(body);
  if (request === null) return answer(400, 'not a request of tlog-witness');
  const { note, checkpoint, oldSize, proof } = request;
  const keys = deps.logs.get(checkpoint.origin);
  if (keys === undefined) return answer(404, 'this log is not known here');
  const trusted = keys.find((key) => isSignedBy(note, key));
  if (trusted === undefined) return answer(403, 'no signature by a key of the log');
  if (oldSize > checkpoint.size) return answer(400, 'the old size is beyond the checkpoint');
  return deps.store.update(checkpoint.origin, (latest) => {
    const refusal = refusalOf(latest, oldSize, checkpoint, proof);
    if (refusal !== null) return { next: null, result: refusal };
    const line = signatureLine(note.text, deps.signer, Math.floor(deps.clock() / 1000));
    const own = note.signatures.find(
      ({ keyId, name }) => name === trusted.name && keyId.equals(trusted.keyId),
    )!;
    const next = {
      size: checkpoint.size,
      rootHash: checkpoint.rootHash,
      note: `${note.text}\n${own.line}\n${line}\n`,
    };
    return { next, result: answer(200, line) };
  });
}

function refusalOf(
  latest: WitnessedLog | null,
  oldSize: number,
  { size, rootHash }: Checkpoint,
  proof: readonly Buffer[],
): WitnessAnswer | null {
  const known = latest ?? { size: 0, rootHash: emptyRoot };
  if (oldSize !== known.size) return sizeConflict(known.size);
  if (size === known.size && !rootHash.equals(known.rootHash)) return sizeConflict(known.size);
  if (!verifyConsistency(oldSize, size, known.rootHash, rootHash, proof))
    return answer(422, 'the proof does not show that this checkpoint continues the last');
  return null;
}

interface AddCheckpointRequest {
  oldSize: number;
  proof: Buffer[];
  note: SignedNote;
  checkpoint: Checkpoint;
}

/** By the specification; more hashes no tree of fewer than 2⁶³ leaves needs. */
const proofLinesMax = 63;

function parseRequest(body: string): AddCheckpointRequest | null {
  const gap = body.indexOf('\n\n');
  if (gap === -1) return null;
  const [old, ...proofLines] = body.slice(0, gap).split('\n');
  const oldSize = Number(/^old (0|[1-9]\d{0,15})$/.exec(old!)?.[1]);
  const note = parseNote(body.slice(gap + 2));
  const checkpoint = note === null ? null : parseCheckpoint(note.text);
  if (!Number.isSafeInteger(oldSize) || note === null || checkpoint === null) return null;
  if (proofLines.length > proofLinesMax) return null;
  const proof = proofLines.map((line) => Buffer.from(line, 'base64'));
  if (proof.some((hash, i) => hash.length !== hashBytes || hash.toString('base64') !== proofLines[i]))
    return null;
  return { oldSize, proof, note, checkpoint };
}

function answer(status: WitnessAnswer['status'], text: string): WitnessAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n` };
}

function sizeConflict(size: number): WitnessAnswer {
  return { status: 409, contentType: 'text/x.tlog.size', body: `${size}\n` };
}
