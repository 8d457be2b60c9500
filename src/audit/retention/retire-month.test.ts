import type { Pool } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConfig } from '../../platform/config/load.ts';
import { createPool } from '../../platform/database/pool.ts';
import { exportLog } from '../export/export-log.ts';
import { createLogFixture, type LogFixture } from '../test-support/log-fixture.ts';
import { proveConsistency, proveInclusion } from '../tree/prove.ts';
import { verifyConsistency, verifyInclusion } from '../tree/verify-proof.ts';
import { verifyLog } from '../verify/verify-log.ts';
import { keepMonths } from './keep-months.ts';
import { dropMonth, retireMonth } from './retire-month.ts';

let log: LogFixture;
let keeper: Pool;
beforeAll(async () => {
  log = await createLogFixture(7);
  keeper = createPool(loadConfig({ DATABASE_URL: log.database.url }), 'keeper', { size: 2 });
});
afterAll(async () => {
  await keeper.end();
  await log.close();
});

test('months are made ahead, and hold what was already written for them', async () => {
  const now = new Date('2024-03-15T00:00:00Z');
  await log.growAt('2024-03-31T23:59:59.999Z', 30);
  expect(await keepMonths(keeper, now)).toBe(3);
  expect(await keepMonths(keeper, now)).toBe(0);
  const { rows } = await log.database.ownerPool.query(
    'SELECT count(*) AS moved, (SELECT count(*) FROM audit.entries_default) AS left FROM audit.entries_2024_03',
  );
  expect(rows).toEqual([{ moved: 30, left: 0 }]);
});

test('a month is detached only as far as it was exported', async () => {
  const retire = (verify: () => Promise<void>) =>
    retireMonth({ pool: keeper, month: '2024-03-01', write: async () => {}, verify });
  const lateClock = retire(() => log.growAt('2024-03-31T23:59:59.999Z', 3));
  await expect(lateClock).rejects.toThrow('2024-03 grew while it was exported');
  await log.database.ownerPool.query('DELETE FROM audit.checkpoints WHERE size > 30');
  await expect(retire(async () => {})).rejects.toThrow('entries up to 32, the newest checkpoint covers 30');
});

test('an old month is detached in under a second, and everything later still verifies', async () => {
  await log.growAt('2024-04-10T12:00:00.000Z', 1_001);
  const early = await log.trusted();
  await log.growAt('2024-05-01T00:00:00.000Z', 500);
  const late = await log.trusted();
  const retire = (month: string) => {
    const lines: string[] = [];
    const write = async (text: string) => void lines.push(text);
    return retireMonth({ pool: keeper, month, write, verify: async () => {} }).then((retired) => ({
      ...retired,
      lines,
    }));
  };
  await expect(retire('2024-04-01')).rejects.toThrow('not the oldest');
  const march = await retire('2024-03-01');
  expect(march).toMatchObject({ firstSeq: 0, lastSeq: 32 });
  const april = await retire('2024-04-01');
  expect(april).toMatchObject({ firstSeq: 33, lastSeq: 1_033 });
  expect(april.detachMs).toBeLessThan(1_000);

  const options = { logKeys: [log.signer.verifier], hmacKey: log.hmacKey, trusted: [early, late] };
  expect(await verifyLog(log.database.appPool, options)).toMatchObject({
    valid: true,
    checked: 500,
    size: 1_534,
  });
  for (const seq of [1_034, 1_200, 1_533]) {
    const { size, leafHash, hashes } = await proveInclusion(log.database.appPool, seq);
    expect(verifyInclusion(seq, size, leafHash, hashes, late.rootHash)).toBe(true);
  }
  const { hashes } = await proveConsistency(log.database.appPool, early.size, late.size);
  expect(verifyConsistency(early.size, late.size, early.rootHash, late.rootHash, hashes)).toBe(true);
  const exported: string[] = [];
  for await (const text of exportLog(log.database.appPool, {})) exported.push(text);
  expect(JSON.parse(exported[0]!)).toHaveProperty('prev_chain_hash');
  expect(exported.join('').trimEnd().split('\n')).toHaveLength(501);
});

test('tenants go on from what a detached month held of them', async () => {
  log.restart();
  await log.growAt('2024-05-02T00:00:00.000Z', 7);
  const options = { logKeys: [log.signer.verifier], trusted: [await log.trusted()] };
  expect(await verifyLog(log.database.appPool, options)).toMatchObject({ valid: true, checked: 507 });
});

test('a table is dropped with the hash of its export alone, and no month that is not over is detached', async () => {
  await expect(dropMonth(keeper, '2024-03-01', Buffer.alloc(32))).rejects.toThrow('another hash');
  const { rows } = await keeper.query(
    "SELECT export_sha256 FROM audit.retired_months WHERE month = '2024-03-01'",
  );
  await dropMonth(keeper, '2024-03-01', rows[0].export_sha256);
  await expect(keeper.query("SELECT audit.detach_month(now()::date, '')")).rejects.toThrow('not over');
  await expect(log.database.appPool.query("SELECT audit.drop_month('2024-04-01', '')")).rejects.toThrow(
    'permission',
  );
});
