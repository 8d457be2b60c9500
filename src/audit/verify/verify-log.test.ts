import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogFixture, type LogFixture } from '../test-support/log-fixture.ts';
import { verifyLog, verifyWithin } from './verify-log.ts';

let log: LogFixture;
beforeAll(async () => {
  log = await createLogFixture();
  for (const count of [1, 1, 5, 93, 20_000]) await log.grow(count);
});
afterAll(() => log.close());

test('a clean log verifies, whole and in parts', async () => {
  const trusted = [await log.trusted()];
  const options = { logKeys: [log.signer.verifier], hmacKey: log.hmacKey, trusted };
  const verdict = await verifyLog(log.database.appPool, options);
  expect(verdict).toMatchObject({ valid: true, checked: 20_100, size: 20_100, finding: null });
  expect(verdict.root).toEqual(trusted[0]!.rootHash);
  for (const [from, to, checked] of [
    [0, 7, 7],
    [100, undefined, 20_000],
    [3, 50, 47],
    [20_099, 20_100, 1],
    [5, 5, 0],
    [20_000, 90_000, 100],
  ] as const)
    expect(await verifyLog(log.database.appPool, { ...options, from, to }), `${from}…${to}`).toMatchObject({
      valid: true,
      checked,
      finding: null,
    });
});

test('another HMAC key is noticed at the first entry', async () => {
  const verdict = await verifyLog(log.database.appPool, { hmacKey: Buffer.from('another'), from: 50 });
  expect(verdict).toMatchObject({ valid: false, checked: 0, finding: { seq: 50, kind: 'edited' } });
});

test('a log that is shorter than what it published itself was cut', async () => {
  const client = await log.database.ownerPool.connect();
  await client.query('BEGIN');
  await client.query(
    "INSERT INTO audit.checkpoints (size, root_hash, note, spine) VALUES (20_105, '', 'a note', '')",
  );
  const { finding } = await verifyWithin(client, {});
  await client.query('ROLLBACK');
  client.release();
  expect(finding).toMatchObject({ seq: 20_100, kind: 'truncated' });
});

test('an empty log verifies', async () => {
  const empty = await createLogFixture();
  expect(await verifyLog(empty.database.appPool)).toMatchObject({ valid: true, checked: 0, size: 0 });
  await empty.close();
});
