import { createHash, randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { createLedger, type Ledger, type LedgerDeps } from '../../src/ledger/engine/create-ledger.ts';
import type { Answer, Idempotency, Operation } from '../../src/ledger/operation.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createBreakers, databaseGuard } from '../../src/platform/resilience/breakers.ts';

const notes = { description: null, reference: null, metadata: null };

/** A ledger on a test's database, without HTTP. */
export function createTestLedger(pool: Pool, overrides: Partial<LedgerDeps> = {}): Ledger {
  const metrics = createMetrics();
  return createLedger({
    pool,
    guard: databaseGuard(createBreakers(metrics), 'ledger'),
    metrics,
    render: (refusal, requestId) =>
      JSON.stringify({ code: refusal.code, ...refusal.extra, request_id: requestId }),
    lanes: 2,
    retentionSeconds: 48 * 3600,
    logRefusals: true,
    answerTimeoutMs: 10_000,
    pendingMax: 100_000,
    clock: Date.now,
    random: Math.random,
    ...overrides,
  });
}

export interface Told {
  status: number;
  body: Record<string, unknown>;
  replayed: boolean;
}

/** Applies one operation and reads its answer. */
export async function tell(ledger: Ledger, operation: Operation, key?: string): Promise<Told> {
  const idempotency = key === undefined ? null : idempotencyOf(key, operation);
  return told(await ledger.apply({ operation, idempotency }, { requestId: randomUUID(), actor: 'test' }));
}

export function told({ status, body, replayed }: Answer): Told {
  return { status, body: JSON.parse(body) as Record<string, unknown>, replayed };
}

export function idempotencyOf(key: string, request: unknown): Idempotency {
  const sha256 = (text: string) => createHash('sha256').update(text).digest();
  return { keySha256: sha256(key), requestSha256: sha256(JSON.stringify(request)) };
}

export const topup = (
  tenantId: string,
  amount: number,
  options: { priority?: number; expiresAtMs?: number } = {},
) =>
  ({
    op: 'topup',
    tenantId,
    amount,
    priority: 0,
    expiresAtMs: Infinity,
    payment: null,
    ...notes,
    ...options,
  }) as const;
export const consume = (tenantId: string, amount: number) =>
  ({ op: 'consume', tenantId, amount, ...notes }) as const;
export const reserve = (tenantId: string, amount: number, ttlSeconds = 300) =>
  ({ op: 'reserve', tenantId, amount, ttlSeconds }) as const;
export const commit = (tenantId: string, reservationId: string, amount?: number) =>
  ({ op: 'commit', tenantId, reservationId, amount }) as const;
export const cancel = (tenantId: string, reservationId: string) =>
  ({ op: 'cancel', tenantId, reservationId }) as const;
export const refund = (tenantId: string, transactionId: string, amount?: number) =>
  ({ op: 'refund', tenantId, transactionId, amount }) as const;
