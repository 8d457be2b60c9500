import { expect, test } from 'vitest';
import { withIdleTimeout } from './idle-timeout.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a source that stalls is a 400, whatever it gave before', async () => {
  async function* stalls() {
    yield 1;
    await new Promise(() => {});
  }
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of withIdleTimeout(stalls(), 20)) seen.push(item);
  })();
  await expect(reading).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('stood still'),
  });
  expect(seen).toEqual([1]);
});

test('a slow consumer is no stalled source', async () => {
  async function* quick() {
    yield* [1, 2, 3];
  }
  const seen: number[] = [];
  for await (const item of withIdleTimeout(quick(), 10)) {
    await pause(25);
    seen.push(item);
  }
  expect(seen).toEqual([1, 2, 3]);
});

test('leaving early ends the source', async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield 1;
    } finally {
      ended = true;
    }
  }
  for await (const _ of withIdleTimeout(endless(), 1000)) break;
  expect(ended).toBe(true);
});
