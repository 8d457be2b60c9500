import { expect, test, vi } from 'vitest';
import { UploadSlots } from './upload-slots.ts';

test('no more than the slots run at once, in order of arrival', async () => {
  const slots = new UploadSlots(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      slots.run(async () => {
        order.push(i);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 2));
        running -= 1;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('who waits too long, or finds too many waiting, is told to come back; the slot is not lost', async () => {
  vi.useFakeTimers();
  try {
    const slots = new UploadSlots(1);
    let finish = () => {};
    const first = slots.run(() => new Promise<void>((resolve) => (finish = resolve)));
    const waiting = Array.from({ length: 64 }, () =>
      slots.run(async () => 'ran').catch((error) => error.code),
    );
    await expect(slots.run(async () => {})).rejects.toMatchObject({
      status: 503,
      code: 'overloaded',
      retryAfterSeconds: 5,
    });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['overloaded']));
    finish();
    await first;
    expect(await slots.run(async () => 'ran')).toBe('ran');
  } finally {
    vi.useRealTimers();
  }
});

test('work that fails gives its slot back', async () => {
  const slots = new UploadSlots(1);
  await expect(slots.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await slots.run(async () => 1)).toBe(1);
});
