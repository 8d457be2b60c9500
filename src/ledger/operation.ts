/** What a caller asks of the ledger. Amounts are whole credits, 1 … 2⁵³−1; texts are masked before they come here. */
export type Operation = Topup | Consume | Reserve | Commit | Cancel | Refund;

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
