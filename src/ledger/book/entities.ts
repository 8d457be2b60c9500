import type { Envelope, Payment } from '../operation.ts';

/** A tenant's accounts, as its row has them. `issued` is minus the sum of the others. */
export interface Account {
  tenantId: string;
  available: number;
  held: number;
  leased: number;
  spent: number;
  expired: number;
  unresolved: number;
  /** The number of the last transfer; 0 where there is none yet, and so no tenant. */
  version: number;
  /** When the last transfer was recorded; −Infinity where there is none. */
  recordedAtMs: number;
  /** Nothing expires before; Infinity where nothing expires. */
  nextDueAtMs: number;
  alertBelow: number | null;
  alertArmed: boolean;
}

export type AccountName = 'available' | 'held' | 'leased' | 'spent' | 'expired' | 'unresolved' | 'issued';

/** A top-up and where what is left of it stands. */
export interface Grant {
  grantId: string;
  /** The number of the top-up's transfer: its age. */
  number: number;
  amount: number;
  available: number;
  held: number;
  leased: number;
  priority: number;
  /** Infinity: never. */
  expiresAtMs: number;
  createdAtMs: number;
}

export type HoldState = 'pending' | 'committed' | 'cancelled' | 'expired';

export interface Hold {
  holdId: string;
  amount: number;
  state: HoldState;
  expiresAtMs: number;
  /** What it pins, in burn order. */
  slices: Slices;
  createdAtMs: number;
  endedAtMs: number | null;
}

/** Amounts of named grants, two arrays side by side as they are stored. */
export interface Slices {
  grantIds: string[];
  amounts: number[];
}

export type LeaseState = 'active' | 'settled' | 'unresolved' | 'burned' | 'restored';

export interface Lease {
  leaseId: string;
  owner: string;
  instance: string;
  epoch: number;
  bootId: string;
  amount: number;
  /** As far as is settled. */
  spent: number;
  returned: number;
  state: LeaseState;
  recalled: boolean;
  /** In burn order: the first `spent` of them are spent. */
  slices: Slices;
  createdAtMs: number;
  expiresAtMs: number;
  endedAtMs: number | null;
}

/** A spend and what is left of it to refund. */
export interface Spend {
  transferId: string;
  type: string;
  /** Left of each slice, in burn order. */
  left: Slices;
}

export type TransferType =
  | 'topup'
  | 'consume'
  | 'reserve'
  | 'commit'
  | 'release'
  | 'cancel'
  | 'hold_expired'
  | 'refund'
  | 'expired'
  | 'lease'
  | 'lease_spent'
  | 'lease_returned'
  | 'lease_lost'
  | 'lease_burned'
  | 'lease_restored';

/** One row of history: an amount from one account to another, and the accounts after it. */
export interface Transfer {
  number: number;
  transferId: string;
  type: TransferType;
  from: AccountName;
  to: AccountName;
  amount: number;
  effectiveAtMs: number;
  after: Balances;
  slices: Slices;
  /** The hold or lease; of a refund, the transfer that is refunded. */
  subjectId: string | null;
  description: string | null;
  reference: string | null;
  metadata: string | null;
  /** Of a top-up that said how it was paid. */
  payment: Payment | null;
  /** Who asked for it; null: an expiry that was due. */
  cause: Envelope | null;
}

export interface Balances {
  available: number;
  held: number;
  leased: number;
  spent: number;
  expired: number;
  unresolved: number;
}
