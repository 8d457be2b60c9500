import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifyLedger } from '../../src/ledger/verify/verify-ledger.ts';
import { recountLedger } from '../support/ledger-recount.ts';
import { redisUrl } from '../support/redis.ts';
import { inOneProcess, type Started, spawned } from './processes.ts';
import { runScenario } from './run-scenario.ts';
import { type Scenario, scenarioOf } from './scenario.ts';

/**
 * `npm run test:model -- --minutes N` runs longer, `--seed N` again. Every sequence has the clock, the holds and the keys
 * of its own three tenants; those of one scenario run side by side.
 */
const minutes = Number(process.env.ASSAY_TEST_MINUTES ?? 0);
const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
/**
 * Scenarios of 100 sequences on average: side by side they share transactions, as the requests of a busy process do. A
 * busy machine stops before all 30.
 */
const inProcess = {
  scenarios: minutes > 0 ? Number.POSITIVE_INFINITY : 30,
  programs: 200,
  limitMs: minutes > 0 ? minutes * 60_000 : 35_000,
};
const overHttp = { scenarios: 2, programs: 40, limitMs: 5_000 };
type Extent = typeof inProcess;

/** Scenarios that share a seed, so that a failure is found again within seconds. */
const scenariosPerSeed = 2;
/** Shrinking replays a failed scenario some hundred times; a program of six steps soon enough beats one of three. */
const shrinkingMs = 120_000;
const timeoutMs = minutes * 60_000 + 300_000;

/** @returns how many sequences agreed. */
async function agree(ledger: Started, { scenarios, programs, limitMs }: Extent): Promise<number> {
  let sequences = 0;
  const property = fc.asyncProperty(scenarioOf(programs), async (scenario: Scenario) => {
    await runScenario(ledger, scenario);
    sequences += scenario.programs.length;
  });
  const until = Date.now() + limitMs;
  for (let run = 0; run * scenariosPerSeed < scenarios && Date.now() < until; run++) {
    try {
      await fc.assert(property, {
        seed: seed + run,
        numRuns: scenariosPerSeed,
        unbiased: true,
        interruptAfterTimeLimit: shrinkingMs,
        markInterruptAsFailure: false,
      });
    } catch (error) {
      console.error(`ASSAY_TEST_SEED=${seed + run} finds this again at once`);
      throw error;
    }
  }
  expect(await recountLedger(ledger.database.ownerPool)).toEqual([]);
  const { violations } = await verifyLedger(ledger.database.appPool, { idempotencyRetentionHours: 48 });
  expect(violations).toEqual([]);
  return sequences;
}

describe('the ledger does what a plain model of it does', () => {
  let ledger: Started;
  beforeAll(async () => {
    ledger = await inOneProcess();
  });
  afterAll(() => ledger?.close());

  test('two APIs on one database, thousands of sequences', { timeout: timeoutMs }, async () => {
    console.info(`ledger model: seed ${seed}`);
    console.info(`ledger model: ${await agree(ledger, inProcess)} sequences agree`);
  });
});

describe('the same over HTTP, with a shared cache', () => {
  let ledger: Started;
  beforeAll(async () => {
    ledger = await spawned(redisUrl() === undefined ? {} : { REDIS_CACHE_URL: redisUrl()! });
  });
  afterAll(() => ledger?.close());

  test('two spawned processes on one database', { timeout: timeoutMs }, async () => {
    expect(await agree(ledger, overHttp)).toBeGreaterThan(0);
  });
});
