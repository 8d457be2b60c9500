import { expect, test } from 'vitest';
import { Xoshiro128 } from './xoshiro128.ts';

test('the reference sequence of the authors’ C program from the state 1, 2, 3, 4', () => {
  const rng = Xoshiro128.fromState([1, 2, 3, 4]);
  const drawn = Array.from({ length: 10 }, () => rng.uint32());
  expect(drawn).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ]);
});

test('words drawn together are those drawn one by one', () => {
  const words = new Uint32Array(1_000);
  const [together, apart] = [Xoshiro128.fromSeed(3), Xoshiro128.fromSeed(3)];
  together.fill(words);
  expect([...words]).toEqual(Array.from(words, () => apart.uint32()));
  expect(together.state).toEqual(apart.state);
});

test('a seed decides the sequence, and a state continues it', () => {
  const rng = Xoshiro128.fromSeed(7);
  rng.float();
  const resumed = Xoshiro128.fromState(rng.state);
  const ahead = Array.from({ length: 5 }, () => rng.uint32());
  expect(Array.from({ length: 5 }, () => resumed.uint32())).toEqual(ahead);
  expect(Xoshiro128.fromSeed(7).uint32()).not.toBe(Xoshiro128.fromSeed(8).uint32());
  expect(() => Xoshiro128.fromState([0, 0, 0, 0])).toThrow(RangeError);
});

test('draws are uniform: mean and variance of floats, and every remainder alike', () => {
  const rng = Xoshiro128.fromSeed(1);
  const draws = 200_000;
  let sum = 0;
  let squares = 0;
  const counts = new Array<number>(7).fill(0);
  for (let k = 0; k < draws; k++) {
    const x = rng.float();
    sum += x;
    squares += x * x;
    counts[rng.below(7)]!++;
  }
  const mean = sum / draws;
  // Five standard errors; the seed is fixed, so this never flickers.
  expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / draws));
  expect(Math.abs(squares / draws - mean * mean - 1 / 12)).toBeLessThan(0.002);
  for (const count of counts) expect(Math.abs(count - draws / 7)).toBeLessThan(5 * Math.sqrt(draws / 7));
});
