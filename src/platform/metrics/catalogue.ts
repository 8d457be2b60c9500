/**
 * Every metric the processes export, in one place so that docs/reference/metrics.md can be generated and two modules
 * cannot disagree about a name. Units are in the name, last, as Prometheus wants them.
 *
 * To add one: add a line here, take it with `metrics.counter('…')`, run `npm run docs`.
 */
export interface MetricDefinition {
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels?: readonly string[];
  /** Histograms only: upper bounds in the metric's unit. */
  buckets?: readonly number[];
}

/** From a cached balance (well under 1 ms) to the 30 s that `Prefer: wait=30` may take. */
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** From a few hundred samples to tens of millions. */
const evaluationSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

export const catalogue = {
  http_requests_total: {
    type: 'counter',
    help: 'Requests answered, by route pattern and status.',
    labels: ['method', 'route', 'status'],
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time from the first byte of a request to its answer being ready, by route pattern.',
    labels: ['method', 'route'],
    buckets: requestSeconds,
  },
  http_requests_in_flight: { type: 'gauge', help: 'Requests accepted and not yet answered.' },
  rate_limit_rejected_total: { type: 'counter', help: 'Requests answered with 429.' },
  rate_limit_fallback_total: {
    type: 'counter',
    help: 'Rate limit decisions made in the process because Redis did not answer.',
  },
  key_lookups_total: {
    type: 'counter',
    help: 'API key lookups, by where they were answered.',
    labels: ['result'],
  },
  samples_received_total: {
    type: 'counter',
    help: 'Samples of finished uploads, by result: stored or rejected.',
    labels: ['result'],
  },
  database_pool_connections: {
    type: 'gauge',
    help: 'Database connections of the process, by pool and state.',
    labels: ['pool', 'state'],
  },
  database_pool_waiting: {
    type: 'gauge',
    help: 'Callers waiting for a database connection, by pool.',
    labels: ['pool'],
  },
  circuit_breaker_state: {
    type: 'gauge',
    help: 'State of each circuit breaker: 0 closed, 1 half-open, 2 open.',
    labels: ['breaker'],
  },
  shadow_evaluations_total: {
    type: 'counter',
    help: 'Evaluations brought to an end by a worker: completed, cached or failed.',
    labels: ['status'],
  },
  shadow_evaluation_duration_seconds: {
    type: 'histogram',
    help: 'Time a worker took for an evaluation that it completed.',
    buckets: evaluationSeconds,
  },
  shadow_worker_pool_queue_size: { type: 'gauge', help: 'Batches waiting for a thread.' },
  shadow_evaluations_recovered_total: {
    type: 'counter',
    help: 'Evaluations enqueued again because they showed no sign of life.',
  },
} as const satisfies Record<string, MetricDefinition>;

type NamesOf<T extends MetricDefinition['type']> = {
  [K in keyof typeof catalogue]: (typeof catalogue)[K]['type'] extends T ? K : never;
}[keyof typeof catalogue];

export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;
