import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded } from '../../../tests/support/seeded.ts';
import { createLogFixture, type LogFixture } from '../test-support/log-fixture.ts';
import { pickTamper } from '../test-support/tamper.ts';
import { proveInclusion } from '../tree/prove.ts';
import type { TrustedCheckpoint } from './trusted.ts';
import { verifyLog, verifyWithin } from './verify-log.ts';

/** `npm run test:audit` does what the log promises at full size; a run of all tests does a tenth of it. */
const full = Number(process.env.ASSAY_TEST_MINUTES ?? 0) > 0;
const entries = full ? 20_000 : 2_000;
const tamperings = full ? 2_000 : 150;
const cleanEntries = full ? 1_000_000 : 20_000;
const seed = Number(process.env.ASSAY_TEST_SEED ?? 4);
const tenants = 25;
const timeoutMs = full ? 3_600_000 : 120_000;

let log: LogFixture;
let trusted: TrustedCheckpoint;
beforeAll(async () => {
  log = await createLogFixture(tenants);
  for (let left = entries; left > 0; left -= 1_000) await log.grow(1_000);
  trusted = await log.trusted();
}, timeoutMs);
afterAll(() => log.close());

test(`${tamperings} tamperings of ${entries} entries are all noticed (seed ${seed})`, {
  timeout: timeoutMs,
}, async () => {
  const draw = seeded(seed);
  const random = (n: number) => Math.floor(draw() * n);
  const options = { trusted: [trusted], logKeys: [log.signer.verifier], hmacKey: log.hmacKey };
  const client = await log.database.ownerPool.connect();
  const missed: string[] = [];
  const kinds = new Map<string, Set<string>>();
  const rounds = async () => {
    for (let n = 0; n < tamperings; n++) {
      await client.query('BEGIN');
      const context = { client, size: entries, tenants, random, signer: log.signer, hmacKey: log.hmacKey };
      const { what, seq } = await pickTamper(random)(context);
      const { finding } = await verifyWithin(client, options);
      await client.query('ROLLBACK');
      if (finding === null || (seq !== null && finding.seq !== seq))
        missed.push(`${n}: ${what} at ${seq}, found ${JSON.stringify(finding)}`);
      const kind = what.replace(/\d+/g, 'n');
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(finding?.kind ?? 'nothing'));
    }
  };
  await rounds().finally(() => client.release(true));
  expect(missed).toEqual([]);
  const named = Object.fromEntries([...kinds].map(([what, found]) => [what, [...found].sort()]));
  expect(named).toMatchObject({
    delete: ['deleted'],
    'insert a second entry': ['inserted'],
    swap: ['reordered'],
  });
  console.info(named);
});

test(`no false alarm on ${cleanEntries} clean entries`, { timeout: timeoutMs }, async () => {
  const clean = await createLogFixture(1_000);
  await clean.grow(cleanEntries);
  const started = performance.now();
  const options = {
    trusted: [await clean.trusted()],
    logKeys: [clean.signer.verifier],
    hmacKey: clean.hmacKey,
  };
  const verdict = await verifyLog(clean.database.appPool, options);
  const seconds = (performance.now() - started) / 1_000;
  expect(verdict).toMatchObject({ valid: true, checked: cleanEntries, finding: null });
  console.info(`verified ${Math.round(cleanEntries / seconds)} entries/s`);
  const proofs = 1_000;
  const begun = performance.now();
  for (let n = 0; n < proofs; n++) {
    const seq = Math.floor((n * cleanEntries) / proofs);
    const { hashes } = await proveInclusion(clean.database.appPool, seq);
    expect(hashes.length).toBeLessThanOrEqual(20);
  }
  console.info(
    `a proof at ${cleanEntries} entries takes ${((performance.now() - begun) / proofs).toFixed(2)} ms`,
  );
  await clean.close();
});
