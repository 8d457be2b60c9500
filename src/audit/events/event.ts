/**
 * What is written to the audit log. Texts a caller brought (a reference, a reason) must be masked before they come here:
 * what is hashed is never changed afterwards.
 */
export type AuditEvent = MoneyEvent | RecordEvent;

interface Envelope {
  /** UUID; the same event is never written twice. */
  event_id: string;
  /** `*` where an event is no tenant's own, such as a key for all of them. */
  tenant_id: string;
  /** RFC 3339 in UTC with milliseconds, `2026-01-31T09:00:00.000Z`: when it happened. Order is `seq`, never this. */
  at: string;
  /** The id of the key that asked, or the name of the process that acted by itself, such as `sweeper`. */
  actor: string;
  success: boolean;
  /** Why it was refused; with `success` false only. */
  code?: string | undefined;
}

/** The tenant's accounts, in credits; `issued` is minus their sum. */
export interface Balances {
  available: number;
  expired: number;
  held: number;
  leased: number;
  spent: number;
  unresolved: number;
}

export interface BurnedGrant {
  grant_id: string;
  amount: number;
}

export interface SealedPayment {
  payment_id: string;
  /** Base64 of what the vault made of it; opens under a data key of its subject, while there is one. */
  token_sealed: string;
}

/** A transfer of the ledger, or one that was refused: then `before` equals `after` and there is no transaction. */
export interface MoneyEvent extends Envelope {
  action: `credits.${string}`;
  /** Credits, 1 to 2⁵³ − 1; 0 where a refused operation named none. */
  amount: number;
  before: Balances;
  after: Balances;
  transaction_id?: string | undefined;
  /** The grants it took from or gave back to. */
  grants?: readonly BurnedGrant[] | undefined;
  hold_id?: string | undefined;
  lease_id?: string | undefined;
  /** Of a top-up that was paid with a token. */
  payment?: SealedPayment | undefined;
  /** The transaction that a refund gives back. */
  refund_of?: string | undefined;
  reference?: string | undefined;
}

/** Everything that is not money. */
export interface RecordEvent extends Envelope {
  action: RecordAction;
  /** What a reader needs to know, as JSON: numbers are safe integers, texts masked. */
  details: Details;
}

export type RecordAction =
  | 'key.created'
  | 'key.revoked'
  | 'rule.deployed'
  | 'rule.gate_overridden'
  | 'rule.promoted'
  | 'rule.rolled_back'
  | 'test.concluded'
  | 'data.erased'
  | 'data.unmasked'
  | 'data.rewrapped'
  | 'admin.refused'
  | 'audit.month_retired'
  | 'audit.month_dropped';

export interface Details {
  readonly [name: string]: Detail | undefined;
}
type Detail = string | number | boolean | null | readonly Detail[] | Details;
