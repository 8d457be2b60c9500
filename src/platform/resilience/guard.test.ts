import { expect, test } from 'vitest';
import { createMetrics } from '../metrics/metrics.ts';
import { createGuard } from './guard.ts';

const guardOf = (options: { timeoutMs?: number; openMs?: number } = {}) =>
  createGuard({
    name: 'test',
    timeoutMs: 1_000,
    failuresMax: 3,
    openMs: 20,
    metrics: createMetrics(),
    ...options,
  });
const fail = () => Promise.reject(new Error('away'));

test('hands through what the work returns and throws', async () => {
  const guard = guardOf();
  expect(await guard.run(async () => 42)).toBe(42);
  await expect(guard.run(fail)).rejects.toThrow('away');
});

test('opens after so many failures in a row, then calls no more', async () => {
  const guard = guardOf({ openMs: 60_000 });
  for (let i = 0; i < 3; i++) await expect(guard.run(fail)).rejects.toThrow('away');
  expect(guard.state).toBe('open');
  let called = false;
  const refused = guard.run(async () => {
    called = true;
  });
  await expect(refused).rejects.toMatchObject({ status: 503, code: 'circuit_open', retryAfterSeconds: 60 });
  expect(called).toBe(false);
});

test('lets one call see whether it is over, and closes when it is', async () => {
  const guard = guardOf();
  for (let i = 0; i < 3; i++) await expect(guard.run(fail)).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(await guard.run(async () => 'back')).toBe('back');
  expect(guard.state).toBe('closed');
});

test('gives up on work that takes too long, and tells it', async () => {
  const guard = guardOf({ timeoutMs: 10 });
  let told = false;
  const slow = guard.run(
    (signal) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          told = true;
        });
      }),
  );
  await expect(slow).rejects.toThrow(/timed out/i);
  expect(told).toBe(true);
});
