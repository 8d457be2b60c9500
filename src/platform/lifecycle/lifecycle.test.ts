import { describe, expect, test } from 'vitest';
import { createLogger } from '../log/logger.ts';
import { createLifecycle } from './lifecycle.ts';
import { stopOnSignals } from './stop-on-signals.ts';

const log = createLogger({ logLevel: 'silent' }, 'test');
const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('createLifecycle', () => {
  test('runs phases in order, whatever the order they were added in', async () => {
    const lifecycle = createLifecycle({ log, graceMs: 1_000 });
    const seen: string[] = [];
    for (const phase of ['close', 'flush', 'stop-accepting', 'finish-in-flight'] as const) {
      lifecycle.onStop({
        name: phase,
        phase,
        run: async () => {
          await tick();
          seen.push(phase);
        },
      });
    }
    lifecycle.stopping.addEventListener('abort', () => seen.push('told'));
    expect(await lifecycle.stop('test')).toBe(0);
    expect(await lifecycle.stopped).toBe(0);
    expect(seen).toEqual(['told', 'stop-accepting', 'finish-in-flight', 'flush', 'close']);
  });

  test('stops once, however often it is asked to', async () => {
    const lifecycle = createLifecycle({ log, graceMs: 1_000 });
    let runs = 0;
    lifecycle.onStop({ name: 'count', phase: 'close', run: () => void runs++ });
    await Promise.all([lifecycle.stop('a'), lifecycle.stop('b')]);
    expect(runs).toBe(1);
  });

  test('goes on after a step that fails, and says so in the exit code', async () => {
    const lifecycle = createLifecycle({ log, graceMs: 1_000 });
    let closed = false;
    lifecycle.onStop({ name: 'bad', phase: 'flush', run: () => Promise.reject(new Error('no')) });
    lifecycle.onStop({
      name: 'pool',
      phase: 'close',
      run: () => {
        closed = true;
      },
    });
    expect(await lifecycle.stop('test')).toBe(1);
    expect(closed).toBe(true);
  });

  test('tells a step when the grace is over', async () => {
    const lifecycle = createLifecycle({ log, graceMs: 10 });
    lifecycle.onStop({
      name: 'slow',
      phase: 'finish-in-flight',
      run: (deadline) => new Promise((resolve) => deadline.addEventListener('abort', () => resolve())),
    });
    expect(await lifecycle.stop('test')).toBe(0);
  });
});

test('the first signal stops, the second exits at once', async () => {
  const lifecycle = createLifecycle({ log, graceMs: 1_000 });
  const listeners = new Map<string, (signal: NodeJS.Signals) => void>();
  const exits: number[] = [];
  const off = stopOnSignals(lifecycle, {
    on: (signal, listener) => listeners.set(signal, listener),
    off: (signal) => listeners.delete(signal),
    exit: (code) => exits.push(code),
  });
  listeners.get('SIGTERM')!('SIGTERM');
  expect(exits).toEqual([]);
  listeners.get('SIGINT')!('SIGINT');
  expect(exits).toEqual([130]);
  await lifecycle.stopped;
  off();
  expect(listeners.size).toBe(0);
});
