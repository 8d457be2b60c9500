import type { Pool, PoolClient } from 'pg';
import type { Metrics } from '../metrics/metrics.ts';
import { CopyOut } from './copy-out.ts';

/**
 * Counts the statements of a pool that took longer than `slowMs`, waiting for its server included, for a connection not.
 * Streams by COPY and cursors are left out: they last as long as their reader takes.
 *
 * The driver reports no timings, so each connection's `query` is wrapped as it joins the pool; that costs a statement
 * two readings of the clock.
 */
export function countSlowStatements(pool: Pool, name: string, slowMs: number, metrics: Metrics): void {
  const counter = metrics.counter('database_slow_statements_total');
  counter.inc({ pool: name }, 0);
  pool.on('connect', (client) => {
    time(client, (elapsedMs) => {
      if (elapsedMs > slowMs) counter.inc({ pool: name });
    });
  });
}

type Query = (...args: unknown[]) => unknown;
type Callback = (...args: unknown[]) => unknown;

/** What the driver's `query` takes as it is: a stream, a cursor, or our exchange. */
interface Submittable {
  submit: unknown;
  handleReadyForQuery?: Callback;
  /** Only streams have it. */
  pipe?: unknown;
}

function time(client: PoolClient, onEnd: (elapsedMs: number) => void): void {
  const query = client.query.bind(client) as Query;
  const timed: Query = (...args) => {
    const started = performance.now();
    const end = () => onEnd(performance.now() - started);
    const last = args.at(-1);
    if (typeof last === 'function') {
      args[args.length - 1] = endFirst(last as Callback, undefined, end);
      return query(...args);
    }
    const first = args[0] as Submittable | string;
    if (typeof first === 'object' && 'submit' in first) {
      const { handleReadyForQuery, pipe } = first;
      const streams = pipe !== undefined || first instanceof CopyOut;
      if (handleReadyForQuery !== undefined && !streams)
        first.handleReadyForQuery = endFirst(handleReadyForQuery, first, end);
      return query(...args);
    }
    const result = query(...args);
    if (result instanceof Promise) result.then(end, end);
    return result;
  };
  client.query = timed as typeof client.query;
}

function endFirst(callback: Callback, self: unknown, end: () => void): Callback {
  return (...args) => {
    end();
    return callback.apply(self, args);
  };
}
