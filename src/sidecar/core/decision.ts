/** What the engine answers to whoever wants to spend. */
export type Decision =
  | { kind: 'allowed'; leaseRemaining: number }
  /** The ledger said so, at most `insufficientCacheMs` ago: the tenant has it nowhere. */
  | { kind: 'insufficient' }
  /** Nobody knows, or others still hold it. */
  | { kind: 'unavailable'; reason: UnavailableReason; retryAfterMs: number }
  /** The `request_id` was used before, for another tenant or amount. */
  | { kind: 'request_id_reused' };

export const unavailableReasons = [
  'acquiring',
  'leased_elsewhere',
  'ledger_away',
  'ledger_refused',
  'registering',
  'not_registered',
  'draining',
  'journal_failed',
  'too_many',
] as const;
export type UnavailableReason = (typeof unavailableReasons)[number];

/** Waiting helps where an answer of the ledger, or of another holder, is on its way. */
export function isWorthWaiting(reason: UnavailableReason): boolean {
  return reason === 'acquiring' || reason === 'leased_elsewhere' || reason === 'registering';
}

/** Codes of `LeaseEngine.decide`; from 0 on it is what the tenant's leases still hold. */
export const insufficient = -1;
export const unavailable = -2;

export type ReserveResult =
  | { kind: 'reserved'; reservationId: string; leaseRemaining: number }
  | Exclude<Decision, { kind: 'allowed' }>;

export type EndResult =
  | { kind: 'ended'; charged: number; released: number; leaseRemaining: number }
  | { kind: 'not_found' }
  | { kind: 'already_committed' }
  | { kind: 'already_cancelled' }
  /** Its time was up: it was charged as estimated. */
  | { kind: 'expired' }
  | { kind: 'exceeds_reserved'; reserved: number };
