/** What a caller asks of the ledger. Amounts are whole credits, 1 … 2⁵³−1; texts are masked before they come here. */
export type Operation = Topup | Consume | Reserve | Commit | Cancel | Refund | LeaseOperation;

/** What sidecars, and those who watch over them, ask; see `leases/`. */
export type LeaseOperation = Acquire | Settle | Adopt | Lose | Resolve;

export interface Notes {
  description: string | null;
  reference: string | null;
  /** JSON text. */
  metadata: string | null;
}

export interface Topup extends Notes {
  op: 'topup';
  tenantId: string;
  amount: number;
  /** Lower burns first. */
  priority: number;
  /** Infinity: never. */
  expiresAtMs: number;
  payment: Payment | null;
}

/** How a top-up was paid; the token sealed by the vault. */
export interface Payment {
  paymentId: string;
  method: string | null;
  tokenMasked: string | null;
  tokenSealed: Buffer | null;
}

export interface Consume extends Notes {
  op: 'consume';
  tenantId: string;
  amount: number;
}

export interface Reserve {
  op: 'reserve';
  tenantId: string;
  amount: number;
  ttlSeconds: number;
}

export interface Commit {
  op: 'commit';
  tenantId: string;
  reservationId: string;
  /** Undefined: all that is held. */
  amount: number | undefined;
}

export interface Cancel {
  op: 'cancel';
  tenantId: string;
  reservationId: string;
}

export interface Refund {
  op: 'refund';
  tenantId: string;
  transactionId: string;
  /** Undefined: all that is left of the spend. */
  amount: number | undefined;
}

/** Who holds a lease. */
export interface Holder {
  /** The tenant its key is bound to; `*`: none. */
  owner: string;
  instance: string;
  epoch: number;
}

export interface Acquire {
  op: 'acquire';
  tenantId: string;
  holder: Holder;
  /** Made from the holder and its request, so that a request that comes twice finds its lease. */
  leaseId: string;
  want: number;
  min: number;
  ttlMs: number;
}

/** What a holder spent of a lease so far. Later ones include earlier ones, so they may come in any order, and twice. */
export interface Settle {
  op: 'settle';
  tenantId: string;
  leaseId: string;
  epoch: number;
  cumulativeSpent: number;
  /** Nothing more will be spent; the rest returns. */
  final: boolean;
  ttlMs: number;
}

/** After a holder registered anew: its lease goes on from the journal's watermark, or nobody knows what was spent. */
export interface Adopt {
  op: 'adopt';
  tenantId: string;
  leaseId: string;
  epoch: number;
  /** What may have been spent; null: there is no journal that could be trusted. */
  watermark: number | null;
  ttlMs: number;
}

/** The holder has not been heard of for long. Nothing returns: it may have spent all of it. */
export interface Lose {
  op: 'lose';
  tenantId: string;
  leaseId: string;
}

/** Ends what nobody knows: burned counts it as spent; restored gives it back, unsafely. */
export interface Resolve {
  op: 'resolve';
  tenantId: string;
  leaseId: string;
  how: 'burn' | 'restore';
}

/** Whom an operation is done for. */
export interface Envelope {
  requestId: string;
  /** The API key's id, for the audit log. */
  actor: string;
}

export interface Idempotency {
  /** SHA-256 of the caller's key. */
  keySha256: Buffer;
  /** Of what was asked; the same key with another is refused. */
  requestSha256: Buffer;
}

/** What the caller is answered: JSON text, byte for byte what a replay is answered. */
export interface Answer {
  status: number;
  body: string;
  /** The answer was given before, under the same key. */
  replayed: boolean;
}
