/** What is asked of the ledger, with the ids of real objects in it. Amounts are small: each credit is an object. */
export type Operation =
  | { op: 'topup'; tenantId: string; amount: number; priority?: number; expiresAtMs?: number }
  | { op: 'consume'; tenantId: string; amount: number }
  | { op: 'reserve'; tenantId: string; amount: number; ttlSeconds?: number }
  | { op: 'commit'; tenantId: string; holdId: string; amount?: number }
  | { op: 'cancel'; tenantId: string; holdId: string }
  | { op: 'refund'; tenantId: string; spendId: string; amount?: number };

export interface Command {
  operation: Operation;
  key?: string;
}

export interface Answer {
  status: number;
  text: string;
  /** `Idempotent-Replayed: true`. */
  replayed: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: the answer of any route; it is compared field by field.
  body: any;
}

/** What the model says the answer must be. */
export interface Expected {
  status: number;
  code?: string;
  fields?: Record<string, unknown>;
  /** Byte for byte what the key was answered before. */
  replayOf?: string;
}

/** The body of a request, also of one operation of a batch (which names its `op` besides). */
export function bodyOf({ operation }: Command): Record<string, unknown> {
  const { tenantId: tenant_id } = operation;
  switch (operation.op) {
    case 'topup': {
      const { amount, priority, expiresAtMs } = operation;
      const expires_at = expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString();
      return { tenant_id, amount, priority, expires_at, payment_method: 'invoice' };
    }
    case 'consume':
      return { tenant_id, amount: operation.amount, description: 'model' };
    case 'reserve':
      return { tenant_id, amount: operation.amount, ttl_seconds: operation.ttlSeconds };
    case 'commit':
      return { tenant_id, reservation_id: operation.holdId, amount: operation.amount };
    case 'cancel':
      return { tenant_id, reservation_id: operation.holdId };
    case 'refund':
      return { tenant_id, transaction_id: operation.spendId, amount: operation.amount };
  }
}

/** What differs, in words, or null. */
export function difference(expected: Expected, answer: Answer): string | null {
  if (answer.status !== expected.status) return `status ${answer.status}, expected ${expected.status}`;
  if (expected.replayOf !== undefined) {
    if (!answer.replayed) return 'applied again instead of replayed';
    return answer.text === expected.replayOf ? null : `replayed as ${answer.text}, was ${expected.replayOf}`;
  }
  if (answer.replayed) return 'replayed, though its key was not used before';
  if (expected.code !== undefined && answer.body?.code !== expected.code)
    return `code ${answer.body?.code}, expected ${expected.code}`;
  for (const [field, value] of Object.entries(expected.fields ?? {})) {
    const found = answer.body?.[field];
    if (found !== value) return `${field} ${JSON.stringify(found)}, expected ${JSON.stringify(value)}`;
  }
  return null;
}
