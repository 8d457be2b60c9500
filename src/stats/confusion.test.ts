import fc from 'fast-check';
import { expect, test } from 'vitest';
import { confusionMetrics } from './confusion.ts';

const matrix = (tp: number, fp: number, tn: number, fn: number) => ({
  truePositives: tp,
  falsePositives: fp,
  trueNegatives: tn,
  falseNegatives: fn,
});

test('a worked example: 90 of 100 attacks flagged, 5 of 900 benign flagged', () => {
  const m = confusionMetrics(matrix(90, 5, 895, 10));
  expect(m.precision).toBeCloseTo(90 / 95, 12);
  expect(m.recall).toBe(0.9);
  expect(m.falsePositiveRate).toBeCloseTo(5 / 900, 12);
  expect(m.accuracy).toBe(0.985);
  expect(m.f1Score).toBeCloseTo(180 / 195, 12);
  expect(m.balancedAccuracy).toBeCloseTo((0.9 + 895 / 900) / 2, 12);
  // (90·895 − 5·10) / √(95·100·900·905)
  expect(m.mcc).toBeCloseTo(80500 / Math.sqrt(95 * 100 * 900 * 905), 12);
});

test('what nothing could decide is null, and only that', () => {
  expect(confusionMetrics(matrix(0, 0, 0, 0))).toEqual({
    precision: null,
    recall: null,
    falsePositiveRate: null,
    accuracy: null,
    f1Score: null,
    balancedAccuracy: null,
    mcc: null,
  });
  const nothingFlagged = confusionMetrics(matrix(0, 0, 10, 5));
  expect(nothingFlagged).toMatchObject({ precision: null, recall: 0, f1Score: 0, mcc: null });
  const onlyBenign = confusionMetrics(matrix(0, 0, 10, 0));
  expect(onlyBenign).toMatchObject({ precision: null, recall: null, f1Score: null, balancedAccuracy: null });
});

test('MCC is 1 for the perfect rule, −1 for its negation, and stays in range for large counts', () => {
  expect(confusionMetrics(matrix(3_000_000, 0, 7_000_000, 0)).mcc).toBe(1);
  expect(confusionMetrics(matrix(0, 7_000_000, 0, 3_000_000)).mcc).toBe(-1);
  const count = fc.integer({ min: 0, max: 50_000_000 });
  fc.assert(
    fc.property(count, count, count, count, (tp, fp, tn, fn) => {
      const { mcc } = confusionMetrics(matrix(tp, fp, tn, fn));
      expect(mcc === null || (mcc >= -1 && mcc <= 1)).toBe(true);
    }),
    { seed: 1 },
  );
});
