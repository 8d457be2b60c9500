import { describe, expect, test } from 'vitest';
import { endgame } from './endgame.ts';
import { brokenVariants } from './flaws.ts';
import { calm, killsOnly } from './options.ts';
import { SimulationFailure, simulate } from './simulate.ts';

const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
console.info(`sidecar simulator: seed ${seed}`);

describe('the lease protocol, checked after every event', () => {
  test('a million events of kills, partitions, pauses, jumps and stale journals break nothing', async () => {
    const startedAt = performance.now();
    const result = await simulate({ seed, events: 1_000_000 });
    const perSecond = result.events / ((performance.now() - startedAt) / 1_000);
    console.info(`sidecar simulator: ${Math.round(perSecond)} events/s, ${JSON.stringify(result)}`);
    expect(result.allowed).toBeGreaterThan(50_000);
    expect(result.kills).toBeGreaterThan(100);
  });

  test('a kill strands fewer credits than a step of the watermark', async () => {
    const result = await simulate({ seed, events: 100_000, trouble: killsOnly });
    expect(result.kills).toBeGreaterThan(50);
    expect(result.strandedMax).toBeLessThan(64);
  });

  test('without trouble and with credits, next to nobody is put off', async () => {
    const result = await simulate({ seed, events: 50_000, trouble: calm, credits: 1_000_000 });
    expect(result.insufficient).toBe(0);
    // Only before the first lease of a tenant.
    expect(result.unavailable / result.allowed).toBeLessThan(0.05);
  });
});

describe('the endgame', () => {
  test.each([20, 100])('%i sidecars share 10,000 credits: every one is spent, none twice', async (pods) => {
    const result = await endgame(seed, pods);
    console.info(`sidecar endgame: ${JSON.stringify(result)}`);
    expect(result.spent).toBe(10_000);
    expect(result.denied).toBe(0);
    // A false denial is any answer but 200 while the tenant had a credit somewhere.
    expect((result.denied + result.postponed) / result.requests).toBeLessThanOrEqual(0.001);
  });
});

describe('protocols that look right and are not are told', () => {
  // The rarest takes 20 worlds on average; fixed seeds, since whether a coincidence happens must not change from run to run.
  test.each(brokenVariants)('$name', async (variant) => {
    const failure = await simulate({ seed: 1, events: 2_000_000, variant }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SimulationFailure);
    expect(variant.breaks).toContain((failure as SimulationFailure).violation.rule);
  });
});
