import { expect, test } from 'vitest';
import { addToSketch, emptySketch, mergeSketches, sketchQuantile } from './quantile-sketch.ts';
import { Xoshiro128 } from './xoshiro128.ts';

const seed = 20_261_121;

test('every quantile is within 1 %, and merged halves answer as the whole does', () => {
  const rng = Xoshiro128.fromSeed(seed);
  const values = Array.from({ length: 20_000 }, () => Math.exp(6 * rng.float()) - 1);
  const whole = emptySketch();
  const halves = [emptySketch(), emptySketch()];
  for (const [i, value] of values.entries()) {
    addToSketch(whole, value);
    addToSketch(halves[i % 2]!, value);
  }
  const sorted = values.toSorted((a, b) => a - b);
  for (const q of [0.01, 0.5, 0.95, 0.999, 1]) {
    const exact = sorted[Math.ceil(q * sorted.length) - 1]!;
    expect(Math.abs(sketchQuantile(whole, q)! / exact - 1)).toBeLessThan(0.0101);
    expect(sketchQuantile(mergeSketches(halves[0]!, halves[1]!), q)).toBe(sketchQuantile(whole, q));
  }
});

test('nothing, zeros and one value', () => {
  const sketch = emptySketch();
  expect(sketchQuantile(sketch, 0.95)).toBeNull();
  addToSketch(sketch, 0);
  expect(sketchQuantile(sketch, 0.95)).toBe(0);
  addToSketch(sketch, 250);
  expect(sketchQuantile(sketch, 0.95)! / 250).toBeCloseTo(1, 1);
  expect(sketchQuantile(JSON.parse(JSON.stringify(sketch)), 0)).toBe(0);
});
