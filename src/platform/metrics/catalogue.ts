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
  /** Unlabelled gauges only: not exported before it is set, since prom-client would export a 0 that nobody found. */
  absentUntilSet?: boolean;
  /** Histograms only: upper bounds in the metric's unit. */
  buckets?: readonly number[];
}

/** From a cached balance (well under 1 ms) to the 30 s that `Prefer: wait=30` may take. */
const requestSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** From a few hundred samples to tens of millions. */
const evaluationSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300] as const;

/** From one commit that did not wait to the 30 s after which retries end. */
const transactionSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30] as const;

/** From a request alone to the largest batch that is accepted. */
const batchSizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192] as const;

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
  circuit_breaker_calls_total: {
    type: 'counter',
    help: 'Calls through each circuit breaker, by result: success, failure, timeout or rejected (not made).',
    labels: ['breaker', 'result'],
  },
  database_slow_statements_total: {
    type: 'counter',
    help: 'Statements that took longer than SLOW_STATEMENT_MS, by pool.',
    labels: ['pool'],
  },
  scheduled_job_runs_total: {
    type: 'counter',
    help: 'Runs of scheduled jobs, by result: done, failed or elsewhere (another worker was at it).',
    labels: ['job', 'result'],
  },
  scheduled_job_duration_seconds: {
    type: 'gauge',
    help: 'How long the last run of a scheduled job in this process took.',
    labels: ['job'],
  },
  scheduled_job_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When a scheduled job was last done by any worker, in seconds since 1970.',
    labels: ['job'],
  },
  credits_operations_total: {
    type: 'counter',
    help: 'Operations on the ledger, by kind and result: done, replayed, or the code of the refusal.',
    labels: ['op', 'result'],
  },
  credits_transactions_duration_seconds: {
    type: 'histogram',
    help: 'Time from an operation reaching the ledger to its answer, waiting for its batch included.',
    labels: ['op'],
    buckets: transactionSeconds,
  },
  credits_commit_batch_size: {
    type: 'histogram',
    help: 'Operations that were committed together.',
    buckets: batchSizes,
  },
  credits_idempotency_collisions_total: {
    type: 'counter',
    help: 'Requests whose idempotency key had been used for another request (422).',
  },
  credits_cache_hits_total: {
    type: 'counter',
    help: 'Balances answered, by tier: l1 (this process), l2 (Redis) or l3 (PostgreSQL, where there is no miss).',
    labels: ['tier'],
  },
  credits_cache_misses_total: {
    type: 'counter',
    help: 'Balances that a tier did not have. A hit rate is hits ÷ (hits + misses).',
    labels: ['tier'],
  },
  credits_cache_entries: { type: 'gauge', help: 'Balances in this process.' },
  credits_balance_current: {
    type: 'gauge',
    help: 'Available credits of the tenants that METRICS_TENANTS names, as this process last read them.',
    labels: ['tenant_id'],
  },
  credits_negative_balance_count: {
    type: 'gauge',
    help: 'Tenants whose history holds an account below zero, found by the last reconciliation. Must be 0.',
    absentUntilSet: true,
  },
  credits_conservation_error: {
    type: 'gauge',
    help: 'Credits by which accounts, history and grants disagree, over all tenants, found by the last reconciliation. Must be 0.',
    absentUntilSet: true,
  },
  credits_ledger_violations: {
    type: 'gauge',
    help: 'Broken rules of the ledger that the last reconciliation found, by kind. Must be 0.',
    labels: ['kind'],
  },
  credits_cache_mismatches: {
    type: 'gauge',
    help: 'Balances in Redis that differ from PostgreSQL at the same version, found by the last reconciliation. Must be 0.',
    absentUntilSet: true,
  },
  credits_partitions: { type: 'gauge', help: 'Partitions of each partitioned table.', labels: ['table'] },
  credits_partitions_ahead: {
    type: 'gauge',
    help: 'Partitions made for the time after now. At 0, rows go to the default partition.',
    labels: ['table'],
  },
  credits_expiries_posted_total: {
    type: 'counter',
    help: 'Tenants whose due expiries the sweeper wrote down.',
  },
  credits_leases_ended_total: {
    type: 'counter',
    help: 'Leases that ended without their holder: lost (now unresolved) or burned (counted as spent).',
    labels: ['how'],
  },
  credits_alerts_total: {
    type: 'counter',
    help: 'Low-balance alerts that this worker reported.',
  },
  credits_webhook_deliveries_total: {
    type: 'counter',
    help: 'Attempts to deliver a webhook, by result: delivered, retry, refused (its address) or given_up.',
    labels: ['result'],
  },
  credits_webhooks_pending: { type: 'gauge', help: 'Webhooks waiting to be delivered.' },
  audit_log_entries_total: { type: 'counter', help: 'Entries that this worker wrote to the audit log.' },
  audit_log_size: { type: 'gauge', help: 'Entries in the audit log.' },
  audit_checkpoint_size: { type: 'gauge', help: 'Entries under the newest published checkpoint.' },
  audit_witnessed_size: {
    type: 'gauge',
    help: 'Entries under the newest checkpoint that the witness cosigned.',
  },
  audit_outbox_entries: {
    type: 'gauge',
    help: 'Events that wait for the sequencer. Growth means that it is down or too slow.',
  },
  audit_flush_failures_total: {
    type: 'counter',
    help: 'Runs of the sequencer that failed and will be repeated.',
  },
  audit_witness_failures_total: {
    type: 'counter',
    help: 'Checkpoints that the witness did not cosign, by reason: unreachable, stale or refused.',
    labels: ['reason'],
  },
  credits_audit_chain_integrity_errors: {
    type: 'counter',
    help: 'Times the audit log was found not to continue what was published, or not to verify. Must be 0.',
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
  ab_test_probability_beat: {
    type: 'gauge',
    help: 'P(challenger beats champion) of an A/B test when this process last looked at it.',
    labels: ['test_id'],
  },
  shadow_test_probability_best: {
    type: 'gauge',
    help: 'P(a variant is the best of its A/B test) when this process last looked at it.',
    labels: ['test_id', 'variant_id'],
  },
  shadow_test_sample_count: {
    type: 'gauge',
    help: 'Units with an outcome, by variant, when this process last looked at the A/B test.',
    labels: ['test_id', 'variant_id'],
  },
  test_variants_conversion_rate: {
    type: 'gauge',
    help: 'Share of successes of a variant when this process last looked at its A/B test.',
    labels: ['variant_id', 'type'],
  },
  shadow_rule_f1_score: {
    type: 'gauge',
    help: 'F1 of the last evaluation of a rule that this worker completed.',
    labels: ['rule_id'],
  },
  canary_deployment_health: {
    type: 'gauge',
    help: 'A rollout when this worker last looked at it: 1 shown to be healthy, 0.5 not shown yet, 0 harmful and taken back.',
    labels: ['deployment_id'],
  },
  shadow_deployments_without_testing: {
    type: 'gauge',
    help: 'Deployments that are live on an administrator’s override instead of a test. Alert above 0.',
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
