/** What a sidecar and the ledger say to each other; in JSON it is `/leases/*` of the API. */

export type LeaseState = 'active' | 'settled' | 'unresolved' | 'burned' | 'restored';

export interface RegisterRequest {
  incarnation: string;
  bootId: string;
  /** How far each lease of the former incarnation may have been spent. */
  journal: readonly { leaseId: string; watermark: number }[];
}

/** A lease of the former incarnation. */
export interface HandedOn {
  leaseId: string;
  tenantId: string;
  amount: number;
  settled: number;
  /** Only `active` ones may be spent. */
  state: LeaseState;
  epoch: number;
  ttlMs: number;
}

export interface AcquireRequest {
  tenantId: string;
  epoch: number;
  /** Sent again, it is given the same lease. */
  requestId: string;
  want: number;
  min: number;
}

export interface Settlement {
  leaseId: string;
  epoch: number;
  /** Since the lease was granted. */
  cumulativeSpent: number;
  /** Nothing more will ever be spent of it: the rest returns. */
  final: boolean;
}

/** No answer, or one that says nothing about the request (5xx, 429): it may have been done. */
export interface Away {
  kind: 'away';
  /** What `Retry-After` said. */
  retryAfterMs: number | null;
  reason: string;
}

/** Something else is wrong: a key without the scope, a tenant of somebody else. */
export interface Refused {
  kind: 'refused';
  status: number;
  code: string;
}

export type RegisterAnswer =
  | { kind: 'registered'; epoch: number; leases: readonly HandedOn[] }
  | Refused
  | Away;

/** What the ledger says of a tenant by the way. */
export interface TenantNews {
  /** Others lack credits. */
  recall: boolean;
  /** What nobody has leased. */
  available?: number | undefined;
}

export type AcquireAnswer =
  | ({
      kind: 'granted';
      leaseId: string;
      amount: number;
      ttlMs: number;
      refreshMs: number;
    } & TenantNews)
  /** The tenant has not even `min`, here or elsewhere. */
  | { kind: 'insufficient' }
  | { kind: 'elsewhere'; retryAfterMs: number }
  | { kind: 'stale_epoch' }
  | { kind: 'lease_ended' }
  | Refused
  | Away;

export type SettledItem =
  /** `refreshMs`: until the next settlement; left out: as before. */
  | ({ kind: 'settled'; state: LeaseState; expiresInMs: number; refreshMs?: number | undefined } & TenantNews)
  | { kind: 'stale_epoch' }
  | Refused
  | Away;

/** Items in the order of the settlements. */
export type SettleAnswer = { kind: 'answered'; items: readonly SettledItem[] } | Away;

/**
 * Carries requests to the ledger. `done` is called once for each, with `away` at the latest when the transport's own timeout
 * has passed; a second call is ignored.
 */
export interface LedgerTransport {
  register(request: RegisterRequest, done: (answer: RegisterAnswer) => void): void;
  acquire(request: AcquireRequest, done: (answer: AcquireAnswer) => void): void;
  settle(settlements: readonly Settlement[], done: (answer: SettleAnswer) => void): void;
}
