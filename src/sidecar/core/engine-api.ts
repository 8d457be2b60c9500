import type { Decision, EndResult, ReserveResult, UnavailableReason } from './decision.ts';

export interface SpendRequest {
  tenantId: string;
  /** Whole credits, 1 … 2⁵³−1. */
  amount: number;
  /** A client's retry under the same one spends once. */
  requestId?: string | undefined;
}

/** One holder of leases. Nothing in it waits: what must wait is called back. */
export interface LeaseEngine {
  /** Registers; until that is answered, every decision is `unavailable`. */
  start(): void;
  /**
   * The fast path, without allocation: spends, or says why not.
   *
   * @returns what the tenant's leases still hold, from 0; or `insufficient` or `unavailable` of `decision.ts`, of which
   * `refusal()` says more.
   */
  decide(tenantId: string, amount: number): number;
  /** Of the last `decide` that answered `unavailable`. */
  refusal(): { reason: UnavailableReason; retryAfterMs: number };
  /** `decide`, with `request_id`s. */
  consume(request: SpendRequest): Decision;
  /**
   * As `consume`; where credits are on their way or others are being asked for them, waits for them.
   *
   * @param waitMs at most; 0 answers at once.
   * @param answer called once, within the call or later.
   */
  consumeSoon(request: SpendRequest, waitMs: number, answer: (decision: Decision) => void): void;
  reserve(request: SpendRequest, ttlMs: number): ReserveResult;
  /** Waits like `consumeSoon`. */
  reserveSoon(
    request: SpendRequest,
    ttlMs: number,
    waitMs: number,
    answer: (result: ReserveResult) => void,
  ): void;
  /** @param amount of what was reserved; null: all of it. */
  commit(tenantId: string, reservationId: string, amount: number | null): EndResult;
  cancel(tenantId: string, reservationId: string): EndResult;
  /** To be called every 50 ms or so: sends what is due. */
  tick(): void;
  /** Grants nothing more and returns what is left; `drained` is called when the ledger has it, and only then. */
  drain(drained: () => void): void;
  status(): EngineStatus;
  /** What is held, for inspection; not to be kept. */
  leases(): Iterable<LeaseView>;
}

export interface LeaseView {
  readonly leaseId: string;
  readonly tenant: { readonly tenantId: string };
  readonly epoch: number;
  readonly amount: number;
  /** Spent, and reserved. */
  readonly used: number;
  readonly reserved: number;
  readonly watermark: number;
  readonly deadlineMs: number;
  readonly phase: 'open' | 'ending' | 'over';
}

export interface EngineStatus {
  /** `fenced`: another incarnation registered; it registers anew. */
  phase: 'starting' | 'granting' | 'fenced' | 'draining' | 'drained' | 'stopped';
  /** Why nothing is granted, in words; null while it grants. */
  problem: string | null;
  epoch: number;
  ledgerAway: boolean;
  tenants: number;
  leases: number;
  /** Spendable, over all tenants. */
  leaseRemaining: number;
  openReservations: number;
  waiting: number;
}

/** Told what happens, for metrics and logs. Every one may be left out; none may throw. */
export interface EngineObserver {
  ledgerCall?(call: 'register' | 'acquire' | 'settle', result: string): void;
  /** Credits between what was spent and the watermark, counted as spent after a kill. */
  stranded?(credits: number): void;
  /** On registering: credits of former processes of which nobody here knows whether they were spent. Unresolved, burned in time. */
  lost?(credits: number): void;
  leaseOpened?(tenantId: string, amount: number): void;
  leaseEnded?(tenantId: string, how: string): void;
  recalled?(tenantId: string): void;
  fenced?(): void;
  journalFailed?(error: Error): void;
}

export interface EngineDeps {
  /** Monotonic, in milliseconds since the machine's boot: the same for every process of one boot. */
  nowMs(): number;
  /** In [0, 1). */
  random(): number;
  /** A name never used before: of requests, incarnations, reservations. */
  newId(): string;
}
