import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLogFixture, type LogFixture } from '../test-support/log-fixture.ts';
import { findBreak } from './find-break.ts';
import type { TrustedCheckpoint } from './trusted.ts';

let log: LogFixture;
let trusted: TrustedCheckpoint[];
let client: PoolClient;
beforeAll(async () => {
  log = await createLogFixture();
  for (let i = 0; i < 20; i++) await log.grow(200 + i);
  trusted = [await log.trusted()];
});
afterAll(() => log.close());
beforeEach(async () => {
  client = await log.database.ownerPool.connect();
  await client.query('BEGIN');
  return async () => {
    await client.query('ROLLBACK');
    client.release();
  };
});

test('finds nothing in a clean log, with few reads', async () => {
  expect(await findBreak(client, trusted)).toEqual({
    found: null,
    reads: expect.toSatisfy((reads) => reads < 20),
  });
});

test.each([1, 777, 4_189])('finds the entry %i that was deleted, those behind it moved up', async (seq) => {
  await client.query('DELETE FROM audit.entries WHERE seq = $1', [seq]);
  await client.query('UPDATE audit.entries SET seq = -seq WHERE seq > $1', [seq]);
  await client.query('UPDATE audit.entries SET seq = -seq - 1 WHERE seq < 0');
  const { found, reads } = await findBreak(client, trusted);
  expect(found).toEqual({ from: seq, to: seq + 1, in: 'entries' });
  expect(reads).toBeLessThan(60);
});

test('finds between which checkpoints a rewritten tree left its history', async () => {
  // All nodes over leaf 1,000 and those behind: what rewriting from there on changes.
  await client.query(`
    UPDATE audit.nodes n SET hashes = (
      SELECT string_agg(CASE WHEN ((n.first_index + i + 1) << n.level) > 1000
        THEN sha256(substring(n.hashes FROM 32 * i + 1 FOR 32)) ELSE substring(n.hashes FROM 32 * i + 1 FOR 32) END, ''
        ORDER BY i) FROM generate_series(0, n.node_count - 1) AS i)`);
  const { found, reads } = await findBreak(client, trusted);
  expect(found).toEqual({ from: 806, to: 1_010, in: 'tree' });
  expect(reads).toBeLessThan(80);
});
