import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findCheckpoint } from '../checkpoints/find-checkpoint.ts';
import { generateSignerKey, parseSignerKey } from '../checkpoints/note-key.ts';
import { submitToWitness } from '../checkpoints/submit-to-witness.ts';
import { createLogFixture, type LogFixture } from '../test-support/log-fixture.ts';
import { handleWitnessRequest } from '../witness/witness-http.ts';
import { openWitnessStore } from '../witness/witness-store.ts';
import { gatherTrusted } from './gather-trusted.ts';

const origin = 'example.com/test-log';
const witness = parseSignerKey(generateSignerKey('example.com/witness', 4));
const stranger = parseSignerKey(generateSignerKey(origin, 1)).verifier;

let log: LogFixture;
let folder: string;
let path: string;
let store: ReturnType<typeof openWitnessStore>;
const witnessFetch: typeof fetch = (url, init) => {
  const logs = new Map([[origin, [log.signer.verifier]]]);
  return handleWitnessRequest(
    { signer: witness, logs, store, clock: Date.now },
    new Request(url as string, init),
  );
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gather-trusted-'));
  path = join(folder, 'checkpoint');
  store = openWitnessStore(join(folder, 'witness.sqlite'));
  log = await createLogFixture();
  await log.grow(7);
  await submitToWitness({
    pool: log.pool,
    url: 'http://witness',
    key: witness.verifier,
    fetch: witnessFetch,
  });
  await writeFile(path, (await findCheckpoint(log.pool))!.note);
});
afterAll(async () => {
  await log.close();
  store.close();
  await rm(folder, { recursive: true });
});

const gather = (changed: Partial<Parameters<typeof gatherTrusted>[0]> = {}) =>
  gatherTrusted({
    pool: log.database.appPool,
    origin,
    logKeys: [log.signer.verifier],
    path,
    witness: { key: witness.verifier, url: 'http://witness' },
    fetch: witnessFetch,
    ...changed,
  });

test('the witness, its newest cosignature and the file are heard', async () => {
  const { trusted, unavailable } = await gather();
  expect(trusted).toMatchObject([{ size: 7 }, { size: 7 }, { size: 7 }]);
  expect(unavailable).toEqual([]);
});

test('a log whose keys were taken out of the database is still asked for by its name', async () => {
  const { trusted, unavailable } = await gather({ logKeys: [] });
  expect(trusted.map(({ source }) => source)).toEqual(['a cosigned checkpoint', 'the witness']);
  expect(unavailable).toEqual([`${path}: no key of the log is known to check it with`]);
});

test('a file signed by the key before the last is one of the log', async () => {
  const { unavailable } = await gather({ logKeys: [stranger, log.signer.verifier] });
  expect(unavailable).toEqual([]);
});

test('a name among the keys that the witness does not take costs nothing of what it says of the others', async () => {
  const odd = parseSignerKey(generateSignerKey('example.com/odd', 1)).verifier;
  const picky: typeof witnessFetch = async (url, init) =>
    String(url).includes(encodeURIComponent(odd.name))
      ? new Response('', { status: 400 })
      : witnessFetch(url, init);
  const { trusted, unavailable } = await gather({
    logKeys: [odd, log.signer.verifier],
    path: undefined,
    fetch: picky,
  });
  expect(trusted.map(({ source }) => source)).toEqual(['a cosigned checkpoint', 'the witness']);
  expect(unavailable).toEqual([expect.stringContaining('answered 400')]);
});

test('a source that knows nothing, or of another log, is named', async () => {
  const elsewhere = await gather({ origin: 'example.com/other', logKeys: [], path: join(folder, 'none') });
  expect(elsewhere.trusted).toEqual([]);
  expect(elsewhere.unavailable).toMatchObject([
    expect.stringContaining('that of 7 entries is not of this log'),
    'the witness: it has cosigned nothing of example.com/other',
    expect.stringContaining('no key of the log'),
  ]);
  const missing = await gather({ path: join(folder, 'none') });
  expect(missing.unavailable).toEqual([expect.stringContaining('there is no such file')]);
});

test('a cosignature that does not hold hides no other in silence', async () => {
  await log.grow(1);
  await log.database.ownerPool.query(
    'INSERT INTO audit.cosignatures (size, key_name, line) VALUES (8, $1, $2)',
    [witness.verifier.name, '— example.com/witness AAAAAAAA'],
  );
  const { trusted, unavailable } = await gather({ path: undefined });
  expect(trusted).toMatchObject([{ source: 'the witness', size: 7 }]);
  expect(unavailable).toEqual([expect.stringContaining('that of 8 entries')]);
});
