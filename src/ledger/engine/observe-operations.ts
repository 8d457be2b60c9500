import type { Counter } from 'prom-client';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { Operation } from '../operation.ts';
import type { Committed } from './transact.ts';

export interface OperationObserver {
  /** @returns a function to call with the answer. */
  begin(op: Operation['op']): () => void;
  committed(committed: Committed, units: number): void;
}

/** Counts what the ledger does. Label sets are looked up once: prom-client hashes them at every use otherwise. */
export function observeOperations(metrics: Metrics): OperationObserver {
  const operations = metrics.counter('credits_operations_total');
  const durations = metrics.histogram('credits_transactions_duration_seconds');
  const sizes = metrics.histogram('credits_commit_batch_size');
  const collisions = metrics.counter('credits_idempotency_collisions_total');
  const counters = new Map<string, Counter.Internal>();
  const timers = new Map<string, { observe(value: number): void }>();

  function count(op: string, result: string): void {
    const key = `${op} ${result}`;
    let counter = counters.get(key);
    if (counter === undefined) {
      counter = operations.labels(op, result);
      counters.set(key, counter);
    }
    counter.inc();
    if (result === 'idempotency_key_reused') collisions.inc();
  }

  return {
    begin: (op) => {
      const started = performance.now();
      return () => {
        let timer = timers.get(op);
        if (timer === undefined) {
          timer = durations.labels(op);
          timers.set(op, timer);
        }
        timer.observe((performance.now() - started) / 1000);
      };
    },
    committed: ({ decisions }, units) => {
      sizes.observe(units);
      for (const { op, result } of decisions.results) count(op, result);
    },
  };
}
