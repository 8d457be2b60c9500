import { expect, test } from 'vitest';
import { seeded } from '../support/seeded.ts';
import { startCluster } from './cluster.ts';
import { Sequence } from './play-sequence.ts';

/**
 * The same against real processes that are killed, with answers that get lost, retries, and duplicate jobs. `npm run
 * test:gate` plays 300 sequences; here it is as many as a quarter of a minute has room for.
 */
const long = Number(process.env.ASSAY_TEST_MINUTES ?? 0) > 0;
const sequences = long ? 300 : 24;
const limitMs = long ? Number.POSITIVE_INFINITY : 6_000;
const seed = Number(process.env.ASSAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Each is of a rule of its own. */
const sideBySide = 6;

test('whatever is killed when, no deployment is without its test, and everything that happened is in the log', async () => {
  const cluster = await startCluster(seeded(seed));
  try {
    const until = Date.now() + limitMs;
    const totals = { sequences: 0, deployed: 0, refused: 0 };
    let next = 0;
    let failed = false;
    const playAll = async () => {
      while (next < sequences && Date.now() < until && !failed) {
        const k = next++;
        const sequence = new Sequence(cluster, seeded(seed + k), `rule-${k}`);
        await sequence.play(10).catch((error) => {
          // The others end before the processes do.
          failed = true;
          throw error;
        });
        totals.sequences++;
        totals.deployed += sequence.deployed;
        totals.refused += sequence.refused;
      }
    };
    const lanes = await Promise.allSettled(Array.from({ length: sideBySide }, playAll));
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    console.info(`gate crashes: seed ${seed}, ${cluster.kills} kills, ${JSON.stringify(totals)}`);
    expect(totals.deployed).toBeGreaterThan(totals.sequences / 4);
    expect(cluster.kills).toBeGreaterThan(0);
  } finally {
    await cluster.close();
  }
}, 7_200_000);
