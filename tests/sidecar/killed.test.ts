import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recountLedger } from '../support/ledger-recount.ts';
import { seeded } from '../support/seeded.ts';
import { createSidecarFixture, isLong, type SidecarFixture } from './fixture.ts';
import { startLoad } from './load.ts';

const kills = isLong ? 100 : 4;
const terminations = isLong ? 50 : 3;
const granted = 1_000_000;
const watermarkStep = 64;
/** Of the shipped form on a machine to itself, so of the long run alone. */
const resumedWithinMs = 1_000;

const seed = Number(process.env.ASSAY_TEST_SEED ?? Date.now() % 1_000_000);

let fixture: SidecarFixture;

beforeAll(async () => {
  fixture = await createSidecarFixture();
});

afterAll(() => fixture?.close());

test(`${kills} SIGKILLs under load: never more spent than granted, at most 64 credits stranded a kill and lease${isLong ? ', back in a second' : ''}`, async () => {
  const tenants = ['killed-a', 'killed-b', 'killed-c'];
  for (const tenant of tenants) await fixture.topUp(tenant, granted);
  const random = seeded(seed);
  let sidecar = await fixture.sidecar('killed');
  const load = startLoad([fixture.client('killed')], { tenants, workers: 8, pauseMs: 1, random });
  const resumed: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await sleep(100 + random() * 400);
    await sidecar.kill();
    const from = performance.now();
    sidecar = await fixture.sidecar('killed');
    while (load.lastAllowedAt < from) await sleep(2);
    resumed.push(load.lastAllowedAt - from);
  }
  await sleep(300);
  await load.stop();
  expect((await sidecar.terminate()).code).toBe(0);
  let stranded = 0;
  for (const tenant of tenants) {
    const { spent, available, leased, unresolved } = await fixture.accounts(tenant);
    expect({ leased, unresolved, sum: spent + available }).toEqual({
      leased: 0,
      unresolved: 0,
      sum: granted,
    });
    const acknowledged = load.acknowledged.get(tenant)!;
    expect(spent).toBeGreaterThanOrEqual(acknowledged);
    expect(spent - acknowledged).toBeLessThanOrEqual(watermarkStep * kills);
    stranded += spent - acknowledged;
  }
  resumed.sort((a, b) => a - b);
  const total = [...load.acknowledged.values()].reduce((sum, amount) => sum + amount);
  console.info(
    `seed ${seed}; ${kills} kills: ${total} spent, ${stranded} stranded (${(stranded / kills).toFixed(1)} a kill over ${tenants.length} tenants); ` +
      `resumed after ${resumed[kills >> 1]!.toFixed(0)} ms (median), ${resumed.at(-1)!.toFixed(0)} ms (longest)`,
  );
  if (isLong) expect(resumed.at(-1)!).toBeLessThan(resumedWithinMs);
  expect(await recountLedger(fixture.database.ownerPool)).toEqual([]);
}, 2_400_000);

test(`${terminations} SIGTERMs under load: nothing is stranded`, async () => {
  await fixture.topUp('terminated', granted);
  const random = seeded(seed);
  const tookMs: number[] = [];
  let acknowledged = 0;
  for (let i = 0; i < terminations; i++) {
    const sidecar = await fixture.sidecar('terminated');
    const tenants = ['terminated'];
    const load = startLoad([fixture.client('terminated')], { tenants, workers: 4, pauseMs: 1, random });
    while (!load.statuses.has(200)) await sleep(5);
    await sleep(random() * 300);
    const ended = await sidecar.terminate();
    await load.stop();
    expect(ended.code).toBe(0);
    tookMs.push(ended.tookMs);
    acknowledged += load.acknowledged.get('terminated')!;
    const { spent, leased } = await fixture.accounts('terminated');
    expect({ spent, leased }).toEqual({ spent: acknowledged, leased: 0 });
  }
  tookMs.sort((a, b) => a - b);
  console.info(
    `seed ${seed}; ${terminations} SIGTERMs: ${acknowledged} spent, none stranded; drained in ${tookMs[terminations >> 1]!.toFixed(0)} ms ` +
      `(median), ${tookMs.at(-1)!.toFixed(0)} ms (longest)`,
  );
}, 1_200_000);
