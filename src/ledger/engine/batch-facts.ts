import type { TenantBook } from '../book/tenant-book.ts';
import type { Idempotency } from '../operation.ts';

/** What a key was answered before. */
export interface KnownAnswer {
  requestSha256: Buffer;
  status: number;
  body: string;
}

/** What a batch is decided on, all of it read under the locks of its tenants. */
export interface BatchFacts {
  nowMs: number;
  /** The transaction's id, to learn its fate should the answer to COMMIT be lost. */
  transactionId: string;
  books: Map<string, TenantBook>;
  known: Map<string, KnownAnswer>;
}

export function keyOf(tenantId: string, idempotency: Idempotency): string {
  return `${tenantId} ${idempotency.keySha256.toString('base64')}`;
}
