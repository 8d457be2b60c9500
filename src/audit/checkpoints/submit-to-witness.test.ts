import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogFixture, type LogFixture } from '../test-support/log-fixture.ts';
import { handleWitnessRequest } from '../witness/witness-http.ts';
import { openWitnessStore } from '../witness/witness-store.ts';
import { findCheckpoint } from './find-checkpoint.ts';
import { generateSignerKey, parseSignerKey } from './note-key.ts';
import { isSignedBy, parseNote } from './signed-note.ts';
import { submitToWitness, type WitnessError } from './submit-to-witness.ts';

const signer = parseSignerKey(generateSignerKey('example.com/witness', 4));
const folder = mkdtempSync(join(tmpdir(), 'submit-'));
const store = openWitnessStore(join(folder, 'witness.sqlite'));
let log: LogFixture;
beforeAll(async () => {
  log = await createLogFixture();
});
afterAll(async () => {
  await log.close();
  store.close();
  rmSync(folder, { recursive: true });
});

const witness: typeof fetch = (url, init) => {
  const logs = new Map([[log.signer.verifier.name, [log.signer.verifier]]]);
  return handleWitnessRequest({ signer, logs, store, clock: Date.now }, new Request(url, init));
};
const submit = (ask: typeof fetch = witness, key = signer.verifier) =>
  submitToWitness({ pool: log.pool, url: 'http://witness/', key, fetch: ask });
const reasonOf = (submitted: Promise<unknown>) =>
  submitted.then(
    () => 'cosigned',
    (error: unknown) => (error as WitnessError).reason,
  );

test('has the newest checkpoint cosigned, and catches up with a witness that knows another size', async () => {
  expect(await submit()).toBeNull();
  await log.grow(10);
  expect(await submit()).toBe(10);
  const { note } = (await findCheckpoint(log.pool))!;
  expect(isSignedBy(parseNote(note)!, signer.verifier)).toBe(true);
  await log.grow(5);
  // As after a restore of a backup from before the cosignature: the witness knows more than the table says.
  await log.database.ownerPool.query('DELETE FROM audit.cosignatures');
  expect(await submit()).toBe(15);
  expect(await submit(), 'nothing to do').toBe(15);
});

test('says why there is no cosignature', async () => {
  await log.grow(1);
  const answering = (status: number, body: string) => async () => new Response(body, { status });
  expect(await reasonOf(submit(() => Promise.reject(new Error('refused'))))).toBe('unreachable');
  expect(await reasonOf(submit(answering(422, 'no')))).toBe('refused');
  expect(await reasonOf(submit(answering(409, '99\n')))).toBe('stale');
  expect(await reasonOf(submit(answering(200, 'no line')))).toBe('refused');
  const other = parseSignerKey(generateSignerKey('example.com/witness', 4)).verifier;
  expect(await reasonOf(submit(witness, other)), 'not the key that was pinned').toBe('refused');
  expect(await reasonOf(submit())).toBe('cosigned');
});

test('a history that was rewritten is refused', async () => {
  // Sixteen entries have one peak: another one is another history. What was signed of the old one is made away with.
  await log.database.ownerPool.query(`
    UPDATE audit.head SET peaks = sha256(peaks);
    DELETE FROM audit.cosignatures;
    DELETE FROM audit.checkpoints`);
  await log.grow(3);
  expect(await reasonOf(submit())).toBe('refused');
});
