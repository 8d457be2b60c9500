import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { realTrouble } from './options.ts';
import { RealLedger } from './real-ledger.ts';
import { simulate } from './simulate.ts';

let database: TestDatabase;
let ledger: RealLedger;
beforeAll(async () => {
  database = await createTestDatabase();
  ledger = await RealLedger.open(database.appPool, database.ownerPool);
});
afterAll(async () => {
  await ledger?.close();
  await database?.drop();
});

test('the ledger on PostgreSQL answers as the model does, under every fault', {
  timeout: 120_000,
}, async () => {
  const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`sidecar simulator on the real ledger: seed ${seed}`);
  const result = await simulate({ seed, events: 15_000, trouble: realTrouble }, (model, world) =>
    ledger.beside(model, world),
  );
  expect(result.allowed).toBeGreaterThan(500);
});
