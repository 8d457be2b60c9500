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

test('tells calls, failures in a row and how often it opened', async () => {
  const guard = guardOf({ openMs: 60_000 });
  await guard.run(async () => 1);
  for (let i = 0; i < 3; i++) await expect(guard.run(fail)).rejects.toThrow();
  await expect(guard.run(fail)).rejects.toThrow();
  expect(guard.stats()).toMatchObject({
    name: 'test',
    state: 'open',
    counts: { success: 1, failure: 3, timeout: 0, rejected: 1 },
    rates: { failure_rate: 0.75, rejection_rate: 0.2 },
    failures_in_a_row: 3,
    failures_to_open: 3,
    times_opened: 1,
  });
});

test('a reset closes it from open and half-open, and forgets the failures', async () => {
  const guard = guardOf({ openMs: 60_000 });
  for (let i = 0; i < 3; i++) await expect(guard.run(fail)).rejects.toThrow();
  guard.reset();
  expect(guard.state).toBe('closed');
  for (let i = 0; i < 2; i++) await expect(guard.run(fail)).rejects.toThrow('away');
  expect(guard.state).toBe('closed');
  expect(await guard.run(async () => 'back')).toBe('back');
  expect(guard.stats().times_opened).toBe(1);
});

test('an answer that refuses is no failure of who answers', async () => {
  const guard = createGuard({
    name: 'database',
    timeoutMs: 1_000,
    failuresMax: 2,
    openMs: 60_000,
    metrics: createMetrics(),
    isFailure: (error) => error.message === 'away',
  });
  for (let i = 0; i < 5; i++)
    await expect(guard.run(() => Promise.reject(new Error('duplicate')))).rejects.toThrow();
  expect(guard.state).toBe('closed');
  expect(guard.stats().counts).toMatchObject({ success: 5, failure: 0 });
});

test('calls are counted at each scrape, once', async () => {
  const metrics = createMetrics();
  const guard = createGuard({ name: 'redis', timeoutMs: 1_000, failuresMax: 3, openMs: 1_000, metrics });
  await guard.run(async () => 1);
  await metrics.text();
  await guard.run(async () => 1);
  expect(await metrics.text()).toContain('circuit_breaker_calls_total{breaker="redis",result="success"} 2');
});
