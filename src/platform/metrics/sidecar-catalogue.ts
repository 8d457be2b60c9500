import type { MetricDefinition } from './catalogue.ts';

/** From a decision that touched nothing but memory (2 µs) to one that waited for the ledger. */
const decisionSeconds = [0.000_002, 0.000_005, 0.000_01, 0.000_025, 0.000_1, 0.001, 0.01, 0.1, 1] as const;

/** What `assay sidecar` exports: by a door of its own, since prom-client costs a process 9 MB of memory. */
export const sidecarCatalogue = {
  sidecar_decisions_total: {
    type: 'counter',
    help: 'Decisions, by result: allowed, insufficient_credits, unavailable, forbidden or invalid.',
    labels: ['result'],
  },
  sidecar_unavailable_total: {
    type: 'counter',
    help: 'Decisions that were unavailable, by reason: acquiring and leased_elsewhere waited in vain.',
    labels: ['reason'],
  },
  sidecar_decision_duration_seconds: {
    type: 'histogram',
    help: 'Time from a whole request to its decision, waiting for the ledger included.',
    buckets: decisionSeconds,
  },
  sidecar_ledger_calls_total: {
    type: 'counter',
    help: 'Requests to the ledger, by call and result; away: no answer, or one that says nothing.',
    labels: ['call', 'result'],
  },
  sidecar_leases_opened_total: { type: 'counter', help: 'Leases granted to this sidecar.' },
  sidecar_leases_ended_total: {
    type: 'counter',
    help: 'Leases that ended, by how.',
    labels: ['how'],
  },
  sidecar_stranded_credits_total: {
    type: 'counter',
    help: 'Credits between what was settled and the watermark when a killed process was followed: counted as spent.',
  },
  sidecar_lost_credits: {
    type: 'gauge',
    help: 'Unresolved credits of former processes of which the journal says nothing, when it registered last.',
  },
  sidecar_recalls_total: { type: 'counter', help: 'Times the ledger asked for credits back.' },
  sidecar_fenced_total: { type: 'counter', help: 'Times another sidecar registered under this name.' },
  sidecar_journal_failures_total: {
    type: 'counter',
    help: 'Writes to the journal that failed; after the first nothing is granted any more.',
  },
  sidecar_lease_remaining_credits: {
    type: 'gauge',
    help: 'Credits that can be spent here, over all tenants.',
  },
  sidecar_leases: { type: 'gauge', help: 'Leases held, those that are being returned included.' },
  sidecar_tenants: { type: 'gauge', help: 'Tenants known at the moment.' },
  sidecar_open_reservations: { type: 'gauge', help: 'Local reservations that have not ended.' },
  sidecar_waiting: { type: 'gauge', help: 'Requests that wait for credits.' },
  sidecar_ledger_away: { type: 'gauge', help: '1 while the ledger does not answer.' },
  sidecar_granting: {
    type: 'gauge',
    help: '1 while it may grant; 0 before registering, while draining, and after a fault.',
  },
  sidecar_epoch: { type: 'gauge', help: 'The epoch of its registration.' },
} satisfies Record<string, MetricDefinition>;
