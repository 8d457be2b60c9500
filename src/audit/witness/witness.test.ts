import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { checkpointText } from '../checkpoints/checkpoint.ts';
import { generateSignerKey, parseSignerKey } from '../checkpoints/note-key.ts';
import { isSignedBy, parseNote, signatureLine } from '../checkpoints/signed-note.ts';
import { appendLeaves } from '../tree/append-leaves.ts';
import { leafHash, nodeHash } from '../tree/hashing.ts';
import { emptyTree, rootOf } from '../tree/peaks.ts';
import { addCheckpoint, type WitnessDeps } from './add-checkpoint.ts';
import { handleWitnessRequest } from './witness-http.ts';
import { openWitnessStore } from './witness-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'witness-'));
afterAll(() => rmSync(folder, { recursive: true }));

const log = parseSignerKey(generateSignerKey('example.com/log', 1));
const stranger = parseSignerKey(generateSignerKey('example.com/log', 1));
const signer = parseSignerKey(generateSignerKey('witness.example/w', 4));
const hashes = [0, 1, 2].map((n) => leafHash(Buffer.from(`leaf ${n}`)));
const roots = [0, 1, 2, 3].map((size) =>
  rootOf(appendLeaves(emptyTree, Buffer.concat(hashes.slice(0, size))).tree),
);
const other = leafHash(Buffer.from('other'));

let stores = 0;
let path: string;
let deps: WitnessDeps;
beforeEach(() => {
  path = join(folder, `${stores++}.sqlite`);
  const store = openWitnessStore(path);
  deps = {
    signer,
    logs: new Map([[log.verifier.name, [log.verifier]]]),
    store,
    clock: () => 1_700_000_000_000,
  };
  return () => store.close();
});

function request(oldSize: number, size: number, proof: Buffer[], rootHash = roots[size]!, by = log): string {
  const text = checkpointText({ origin: by.verifier.name, size, rootHash });
  const lines = [`old ${oldSize}`, ...proof.map((hash) => hash.toString('base64'))];
  return `${lines.join('\n')}\n\n${text}\n${signatureLine(text, by, 0)}\n`;
}

test('cosigns what continues the last checkpoint, and remembers it over a restart', () => {
  const first = addCheckpoint(deps, request(0, 1, []));
  expect(first.status).toBe(200);
  const second = request(1, 3, [hashes[1]!, hashes[2]!]);
  const answer = addCheckpoint(deps, second);
  expect(answer.status).toBe(200);
  const note = parseNote(`${second.slice(second.indexOf('\n\n') + 2)}${answer.body}`)!;
  expect(isSignedBy(note, signer.verifier)).toBe(true);
  const again = openWitnessStore(path);
  expect(again.find('example.com/log')).toMatchObject({ size: 3, rootHash: roots[3] });
  expect(isSignedBy(parseNote(again.find('example.com/log')!.note)!, signer.verifier)).toBe(true);
  again.close();
  expect(addCheckpoint(deps, request(3, 3, [])).status, 'the same again').toBe(200);
});

test('answers with the codes of the specification', () => {
  expect(addCheckpoint(deps, request(0, 2, [])).status).toBe(200);
  const refused = (body: string) => {
    const { status, body: text, contentType } = addCheckpoint(deps, body);
    return status === 409 ? [status, text, contentType] : status;
  };
  const conflict = [409, '2\n', 'text/x.tlog.size'];
  const proof = [hashes[2]!];
  expect(refused(request(0, 3, [])), 'not the old size').toEqual(conflict);
  expect(refused(request(2, 2, [], other)), 'another root of that size').toEqual(conflict);
  expect(refused(request(3, 2, [])), 'backwards').toBe(400);
  expect(refused(request(2, 3, [])), 'no proof').toBe(422);
  expect(refused(request(2, 3, proof, nodeHash(other, hashes[2]!))), 'another history').toBe(422);
  expect(refused(request(2, 3, proof, undefined, stranger)), 'not the key of the log').toBe(403);
  const unknown = parseSignerKey(generateSignerKey('example.com/unknown', 1));
  expect(refused(request(2, 3, proof, undefined, unknown)), 'not a log of ours').toBe(404);
  for (const body of [
    '',
    'old 2\n\n',
    request(2, 3, proof).replace('old 2', 'old 02'),
    `x${request(2, 3, proof)}`,
  ])
    expect(refused(body), body).toBe(400);
  expect(addCheckpoint(deps, request(2, 3, proof)).status, 'after all that').toBe(200);
});

test('a first checkpoint may be of an empty log, and must then be the empty root', () => {
  expect(addCheckpoint(deps, request(0, 0, [], other)).status).toBe(409);
  expect(addCheckpoint(deps, request(0, 0, [])).status).toBe(200);
  expect(addCheckpoint(deps, request(0, 2, [])).status).toBe(200);
});

test('over HTTP', async () => {
  const ask = (path: string, init?: RequestInit) =>
    handleWitnessRequest(deps, new Request(`http://witness${path}`, init));
  expect((await ask('/checkpoint?origin=example.com/log')).status).toBe(404);
  expect((await ask('/add-checkpoint', { method: 'POST', body: request(0, 1, []) })).status).toBe(200);
  const conflict = await ask('/add-checkpoint', { method: 'POST', body: request(0, 2, []) });
  expect([conflict.status, conflict.headers.get('content-type'), await conflict.text()]).toEqual([
    409,
    'text/x.tlog.size',
    '1\n',
  ]);
  const latest = await (await ask('/checkpoint?origin=example.com/log')).text();
  expect(isSignedBy(parseNote(latest)!, signer.verifier)).toBe(true);
  expect((await ask('/add-checkpoint', { method: 'POST', body: 'x'.repeat(70_000) })).status).toBe(413);
  expect((await ask('/add-checkpoint')).status).toBe(404);
});
