import type { Decision, EndResult, ReserveResult } from './core/decision.ts';
import type { EngineStatus, SpendRequest } from './core/engine-api.ts';
import { type StartEngineOptions, startEngine } from './start-engine.ts';

export type { Decision, EndResult, ReserveResult } from './core/decision.ts';
export type { EngineObserver, EngineStatus, SpendRequest } from './core/engine-api.ts';
export { JournalError } from './core/journal.ts';
export type { StartEngineOptions } from './start-engine.ts';

/** So long a request waits for credits that are on their way, as a sidecar's do by default. */
const waitMsDefault = 1_000;
/** So long the ledger has to take back what is left. */
const closeMsDefault = 5_000;
const reserveMsDefault = 300_000;

export interface WaitOptions {
  /** How long to wait for credits that are on their way; 0: not at all. */
  waitMs?: number;
}

/** Credits spent in this process: a sidecar without the hop. */
export interface LeaseClient {
  /**
   * Spends credits, from a lease that is held or one that is on its way. Resolves; only an amount that is none rejects.
   *
   * @returns `allowed`; `insufficient` when the tenant has it nowhere; `unavailable` when nobody can say: do not do the work.
   */
  consume(request: SpendRequest, options?: WaitOptions): Promise<Decision>;
  /** The same at once, from what is held: some 0.5 µs. */
  consumeNow(request: SpendRequest): Decision;
  /** Holds credits for work whose cost is not known yet; charged as estimated when it is not ended within `ttlMs` (300,000). */
  reserve(request: SpendRequest, options?: WaitOptions & { ttlMs?: number }): Promise<ReserveResult>;
  /** Charges `amount` of a reservation, all of it unless said, and releases the rest. */
  commit(tenantId: string, reservationId: string, amount?: number): EndResult;
  cancel(tenantId: string, reservationId: string): EndResult;
  status(): EngineStatus;
  /**
   * Grants nothing more and returns what is left to the tenants.
   *
   * @returns whether the ledger has everything. If not, the next process with this journal goes on with it.
   */
  close(options?: { withinMs?: number }): Promise<boolean>;
}

/**
 * Opens the journal, registers, and leases as decisions ask for it. One a process is enough: it serves every tenant that the
 * key may lease for.
 *
 * @throws JournalError when the directory cannot be written, the disk is full, or another process spends from it.
 * @example
 * const credits = openLeaseClient({ apiUrl, apiKey, instance: 'worker-1', journalDirectory: '/var/lib/worker-1' });
 * const { kind } = await credits.consume({ tenantId: 'acme', amount: 3 });
 * if (kind === 'allowed') doTheWork();
 */
export function openLeaseClient(options: StartEngineOptions): LeaseClient {
  const { engine, stop } = startEngine(options);
  return {
    consume: (request, { waitMs = waitMsDefault } = {}) =>
      new Promise((resolve) => engine.consumeSoon(request, waitMs, resolve)),
    consumeNow: (request) => engine.consume(request),
    reserve: (request, { waitMs = waitMsDefault, ttlMs = reserveMsDefault } = {}) =>
      new Promise((resolve) => engine.reserveSoon(request, ttlMs, waitMs, resolve)),
    commit: (tenantId, reservationId, amount) => engine.commit(tenantId, reservationId, amount ?? null),
    cancel: (tenantId, reservationId) => engine.cancel(tenantId, reservationId),
    status: () => engine.status(),
    close: ({ withinMs = closeMsDefault } = {}) => stop(AbortSignal.timeout(withinMs)),
  };
}
