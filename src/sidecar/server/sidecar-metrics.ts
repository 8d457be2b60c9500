import { sidecarCatalogue } from '../../platform/metrics/sidecar-catalogue.ts';
import type { UnavailableReason } from '../core/decision.ts';
import type { EngineObserver, EngineStatus } from '../core/engine-api.ts';
import { type Exposed, exposition } from './exposition.ts';

export type DecisionResult = 'allowed' | 'insufficient_credits' | 'unavailable' | 'forbidden' | 'invalid';

const bounds = sidecarCatalogue.sidecar_decision_duration_seconds.buckets;

/** What a sidecar counts: plain numbers, since it counts on every decision. */
export class SidecarMetrics {
  /** All results from the start, so that a rate over one that has not happened yet is 0 and not absent. */
  readonly decisions: Record<DecisionResult, number> = {
    allowed: 0,
    insufficient_credits: 0,
    unavailable: 0,
    forbidden: 0,
    invalid: 0,
  };
  readonly #unavailable = new Map<string, number>();
  readonly #ledgerCalls = new Map<string, number>();
  readonly #leasesEnded = new Map<string, number>();
  readonly #buckets = new Float64Array(bounds.length + 1);
  #decisionSeconds = 0;
  #leasesOpened = 0;
  #stranded = 0;
  #lost = 0;
  #recalls = 0;
  #fenced = 0;
  #journalFailures = 0;

  decided(result: DecisionResult, startedMs: number): void {
    this.decisions[result]++;
    const seconds = (performance.now() - startedMs) / 1_000;
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
    this.#buckets[bucket]!++;
    this.#decisionSeconds += seconds;
  }

  unavailable(reason: UnavailableReason): void {
    add(this.#unavailable, `reason="${reason}"`, 1);
  }

  /** For the engine. Labels are of fixed sets: calls, kinds of answers, ends of leases. */
  observer(): EngineObserver {
    return {
      ledgerCall: (call, result) => add(this.#ledgerCalls, `call="${call}",result="${result}"`, 1),
      stranded: (credits) => {
        this.#stranded += credits;
      },
      lost: (credits) => {
        this.#lost = credits;
      },
      leaseOpened: () => {
        this.#leasesOpened++;
      },
      leaseEnded: (_, how) => add(this.#leasesEnded, `how="${how}"`, 1),
      recalled: () => {
        this.#recalls++;
      },
      fenced: () => {
        this.#fenced++;
      },
      journalFailed: () => {
        this.#journalFailures++;
      },
    };
  }

  /** The Prometheus text exposition. */
  text(status: EngineStatus): string {
    const decisions = Object.entries(this.decisions).map(([result, n]) => [`result="${result}"`, n] as const);
    const values: Record<keyof typeof sidecarCatalogue, Exposed> = {
      sidecar_decisions_total: new Map(decisions),
      sidecar_unavailable_total: this.#unavailable,
      sidecar_decision_duration_seconds: { buckets: this.#buckets, sum: this.#decisionSeconds },
      sidecar_ledger_calls_total: this.#ledgerCalls,
      sidecar_leases_opened_total: this.#leasesOpened,
      sidecar_leases_ended_total: this.#leasesEnded,
      sidecar_stranded_credits_total: this.#stranded,
      sidecar_lost_credits: this.#lost,
      sidecar_recalls_total: this.#recalls,
      sidecar_fenced_total: this.#fenced,
      sidecar_journal_failures_total: this.#journalFailures,
      sidecar_lease_remaining_credits: status.leaseRemaining,
      sidecar_leases: status.leases,
      sidecar_tenants: status.tenants,
      sidecar_open_reservations: status.openReservations,
      sidecar_waiting: status.waiting,
      sidecar_ledger_away: status.ledgerAway ? 1 : 0,
      sidecar_granting: status.phase === 'granting' ? 1 : 0,
      sidecar_epoch: status.epoch,
    };
    return exposition(sidecarCatalogue, values) + processText();
  }
}

function add(counts: Map<string, number>, label: string, by: number): void {
  counts.set(label, (counts.get(label) ?? 0) + by);
}

/** The two of Node's own metrics that a footprint is judged by, under the names prom-client gives them. */
function processText(): string {
  const { user, system } = process.cpuUsage();
  return exposition(
    {
      process_resident_memory_bytes: { type: 'gauge', help: 'Resident memory size in bytes.' },
      process_cpu_seconds_total: {
        type: 'counter',
        help: 'Total user and system CPU time spent in seconds.',
      },
    },
    {
      process_resident_memory_bytes: process.memoryUsage.rss(),
      process_cpu_seconds_total: (user + system) / 1e6,
    },
  );
}
