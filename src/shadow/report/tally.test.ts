import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Sample } from '../batch/sample.ts';
import { packed, sample } from '../batch/test-support/samples.ts';
import { examinedPerBatchMax } from './clues.ts';
import { type ExamplesWanted, emptyTally, examplesWanted, mergeTally, tallyBatch } from './tally.ts';

const bitmap = (flags: readonly boolean[]) => {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((set, i) => {
    if (set) bytes[i >> 3]! |= 1 << (i & 7);
  });
  return bytes;
};

test('outcomes, types, repeats and pairs are counted by their own rules', () => {
  const view = packed([
    sample({ id: 'a', isAttack: true, attackType: 'sqli', at: 5, sourceIp: '192.0.2.1' }), // hit by both
    sample({ id: 'b', isAttack: true, attackType: 'sqli', at: 4 }), // hit by the challenger
    sample({ isAttack: true, attackType: 'xss', at: 3, uri: '/forum/post?id=1' }), // hit by the baseline
    sample({ isAttack: true, at: 3 }), // hit by none; a repeat
    sample({ id: 'c', at: 2 }), // hit by the challenger
    sample({ at: 1 }), // hit by the baseline
    sample({ at: 9 }), // hit by both, not selected
  ]);
  const tally = tallyBatch(
    view,
    Uint8Array.from([1, 1, 0, 0, 1, 0, 1]),
    Uint8Array.from([1, 0, 1, 0, 0, 1, 1]),
    Uint8Array.from([1, 1, 1, 1, 1, 1, 0]),
    bitmap([false, false, false, true, false, false, false]),
    100,
  );
  expect(tally.matrix).toEqual({ truePositives: 2, falsePositives: 1, trueNegatives: 1, falseNegatives: 2 });
  expect([...tally.attackTypes.byType]).toEqual([
    ['sqli', { total: 2, detected: 2 }],
    ['xss', { total: 1, detected: 0 }],
    [null, { total: 1, detected: 0 }],
  ]);
  expect(tally.falseNegatives.map(({ id, path }) => [id, path])).toEqual([
    ['ordinal:102', '/forum'],
    ['ordinal:103', null],
  ]);
  expect(tally.falsePositives.map(({ id }) => id)).toEqual(['c']);
  expect(tally.duplicates).toBe(1);
  expect(tally.distinct).toEqual({
    truePositives: 2,
    falsePositives: 1,
    trueNegatives: 1,
    falseNegatives: 1,
  });
  expect(tally.baseline).toEqual({
    matrix: { truePositives: 2, falsePositives: 1, trueNegatives: 1, falseNegatives: 2 },
    attacks: { bothRight: 1, onlyChallenger: 1, onlyBaseline: 1, neither: 0 },
    benign: { bothRight: 0, onlyChallenger: 1, onlyBaseline: 1, neither: 0 },
  });
  expect(tally.span).toEqual({ minAt: 1, maxAt: 5 });
  expect(tally.withoutAddress).toBe(5);
});

test('examples are the first twenty by time, then by arrival', () => {
  const view = packed(Array.from({ length: 50 }, (_, i) => sample({ at: i % 2 === 0 ? 1 : 0, id: `s${i}` })));
  const tally = tallyBatch(view, new Uint8Array(50).fill(1), null, null, null, 0);
  expect(tally.falsePositives.map(({ id }) => id)).toEqual(
    Array.from({ length: 20 }, (_, k) => `s${2 * k + 1}`),
  );
  expect(tally.clues.falseAlarms.examined).toBe(examinedPerBatchMax);
});

test('what earlier batches leave no room for changes no merged tally', () => {
  const batch = (firstOrdinal: number, wanted?: ExamplesWanted) => {
    const samples = Array.from({ length: 90 }, (_, i) =>
      sample({ at: (i * 7 + firstOrdinal) % 60, isAttack: i % 3 === 0, id: `s${firstOrdinal + i}` }),
    );
    const matches = Uint8Array.from(samples, (_, i) => (i % 5 === 0 ? 1 : 0));
    return tallyBatch(packed(samples), matches, null, null, null, firstOrdinal, wanted);
  };
  let told = emptyTally();
  let untold = emptyTally();
  for (const firstOrdinal of [300, 0, 600, 90, 900]) {
    told = mergeTally(told, batch(firstOrdinal, examplesWanted(told)));
    untold = mergeTally(untold, batch(firstOrdinal));
  }
  expect(told).toEqual(untold);
  expect(batch(900, examplesWanted(told)).passed.length).toBeLessThan(20);
});

const arbitrarySample: fc.Arbitrary<Sample> = fc
  .record({
    at: fc.integer({ min: 0, max: 30 }),
    isAttack: fc.boolean(),
    attackType: fc.constantFrom('sqli', 'xss', '__proto__', null),
    payload: fc.constantFrom("' or 1=1", '%3Cb%3E', null),
    uri: fc.constantFrom('/a?q=1', '/b', null),
    sourceIp: fc.constantFrom('192.0.2.7', null),
  })
  .map(sample);

const arbitraryBatch = fc
  .array(fc.tuple(arbitrarySample, fc.nat(1), fc.nat(1), fc.nat(1), fc.boolean()), { maxLength: 60 })
  .chain((rows) => fc.tuple(fc.constant(rows), fc.nat(1_000_000)))
  .map(([rows, firstOrdinal]) =>
    tallyBatch(
      packed(rows.map(([one]) => one)),
      Uint8Array.from(rows, (row) => row[1]),
      Uint8Array.from(rows, (row) => row[2]),
      Uint8Array.from(rows, (row) => row[3]),
      bitmap(rows.map((row) => row[4])),
      firstOrdinal * 100,
    ),
  );

test('merging commutes, associates, and the empty tally is neutral, across a thread boundary too', () => {
  fc.assert(
    fc.property(arbitraryBatch, arbitraryBatch, arbitraryBatch, (a, b, c) => {
      expect(mergeTally(a, b)).toEqual(mergeTally(b, a));
      expect(mergeTally(mergeTally(a, b), c)).toEqual(mergeTally(a, mergeTally(b, c)));
      expect(mergeTally(a, emptyTally())).toEqual(a);
      expect(structuredClone(a)).toEqual(a);
    }),
    { seed: 3, numRuns: 60 },
  );
});

test('a type for every request costs no more memory than two hundred types, and loses no attack', () => {
  const batch = (from: number) =>
    tallyBatch(
      packed(
        Array.from({ length: 300 }, (_, i) => sample({ isAttack: true, attackType: `t${(from + i) % 450}` })),
      ),
      new Uint8Array(300).fill(1),
      null,
      null,
      null,
      from,
    );
  const [a, b, c] = [batch(0), batch(200), batch(400)];
  const merged = mergeTally(mergeTally(a, b), c).attackTypes;
  expect(merged.byType.size).toBe(200);
  const named = [...merged.byType.values()].reduce((sum, { total }) => sum + total, 0);
  expect(named + merged.others.total).toBe(900);
  expect(mergeTally(a, mergeTally(c, b)).attackTypes).toEqual(merged);
});
