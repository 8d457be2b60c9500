import type { BatchFacts } from './batch-facts.ts';
import type { Decisions } from './decide-batch.ts';

/** A row that is there if, and only if, the batch was committed. */
export type Evidence =
  | { in: 'transfers'; tenantId: string; recordedAtMs: number; number: number; transferId: string }
  | { in: 'keys'; tenantId: string; keySha256: Buffer; createdAtMs: number; body: string };

/** @returns null where the batch wrote neither: it only refused, and its answers are true whatever became of it. */
export function evidenceOf(facts: BatchFacts, decisions: Decisions): Evidence | null {
  for (const { account, nowMs, transfers } of facts.books.values()) {
    const first = transfers[0];
    if (first === undefined) continue;
    const { number, transferId } = first;
    return { in: 'transfers', tenantId: account.tenantId, recordedAtMs: nowMs, number, transferId };
  }
  const key = decisions.newKeys[0];
  if (key === undefined) return null;
  const { tenantId, idempotency, body } = key;
  return { in: 'keys', tenantId, keySha256: idempotency.keySha256, createdAtMs: facts.nowMs, body };
}
