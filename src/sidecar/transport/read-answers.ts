import type {
  AcquireAnswer,
  Away,
  HandedOn,
  LeaseState,
  Refused,
  RegisterAnswer,
  SettleAnswer,
  SettledItem,
  TenantNews,
} from '../core/protocol.ts';
import type { HttpAnswer } from './http-client.ts';

/**
 * What the API's answers mean to the state machine. An answer that cannot be read says nothing about the request, which may
 * have been done: that is `away`, and the same is asked again.
 */
type Received = HttpAnswer | Error;
type Fields = Record<string, unknown>;

export function readRegistered(received: Received): RegisterAnswer {
  const answer = heard(received);
  if ('kind' in answer) return answer;
  const { status, fields } = answer;
  if (status !== 200) return refused(status, fields);
  const { epoch, leases } = fields;
  if (!isCount(epoch) || !Array.isArray(leases)) return unreadable('register');
  const handedOn = leases.map(readHandedOn);
  if (handedOn.includes(null)) return unreadable('register');
  return { kind: 'registered', epoch, leases: handedOn as HandedOn[] };
}

function readHandedOn(item: Fields): HandedOn | null {
  const { lease_id: leaseId, tenant_id: tenantId, amount, settled, state, epoch, ttl_ms: ttlMs } = item;
  if (typeof leaseId !== 'string' || typeof tenantId !== 'string' || typeof state !== 'string') return null;
  if (!isCount(amount) || !isCount(settled) || !isCount(epoch) || typeof ttlMs !== 'number') return null;
  return { leaseId, tenantId, amount, settled, state: state as LeaseState, epoch, ttlMs };
}

export function readAcquired(received: Received): AcquireAnswer {
  const answer = heard(received);
  if ('kind' in answer) return answer;
  const { status, fields } = answer;
  const { code } = fields;
  // A tenant that was never given credits has none.
  if (status === 402 || (status === 404 && code === 'not_found')) return { kind: 'insufficient' };
  if (code === 'leased_elsewhere') {
    const { retry_after_ms: retryAfterMs } = fields;
    return { kind: 'elsewhere', retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : 1_000 };
  }
  if (code === 'stale_epoch') return { kind: 'stale_epoch' };
  if (code === 'lease_ended') return { kind: 'lease_ended' };
  if (status !== 200) return refused(status, fields);
  const { lease_id: leaseId, amount, ttl_ms: ttlMs, refresh_ms: refreshMs } = fields;
  if (typeof leaseId !== 'string' || !isCount(amount)) return unreadable('acquire');
  if (!isCount(ttlMs) || !isCount(refreshMs)) return unreadable('acquire');
  return { kind: 'granted', leaseId, amount, ttlMs, refreshMs, ...readNews(fields) };
}

/** @param count of the settlements that were sent; their answers come in the same order. */
export function readSettled(received: Received, count: number): SettleAnswer {
  const answer = heard(received);
  if ('kind' in answer) return answer;
  const { status, fields } = answer;
  // Where all were refused the answer has the first one's status, and the items as well.
  const items = fields.settlements;
  if (Array.isArray(items) && items.length === count) return { kind: 'answered', items: items.map(readItem) };
  // A 404 of whatever else stands at this address must not be taken for "there is no such lease".
  if (status === 200 || status === 404) return unreadable('settle');
  const item = refused(status, fields);
  return { kind: 'answered', items: Array.from({ length: count }, () => item) };
}

function readItem(item: Fields): SettledItem {
  const { status, state, expires_in_ms: expiresInMs, refresh_ms: refreshMs, code } = item;
  if (code === 'stale_epoch') return { kind: 'stale_epoch' };
  if (typeof status !== 'number' || status >= 500 || status === 429) return unreadable('settle');
  if (status !== 200) return refused(status, item);
  if (typeof state !== 'string') return unreadable('settle');
  return {
    kind: 'settled',
    state: state as LeaseState,
    expiresInMs: typeof expiresInMs === 'number' ? expiresInMs : 0,
    refreshMs: isCount(refreshMs) ? refreshMs : undefined,
    ...readNews(item),
  };
}

function readNews({ recall, available }: Fields): TenantNews {
  return { recall: recall === true, available: isCount(available) ? available : undefined };
}

/** An answer that says something about the request. */
function heard(received: Received): { status: number; fields: Fields } | Away {
  if (received instanceof Error) return { kind: 'away', retryAfterMs: null, reason: received.message };
  const { status, body, retryAfterMs } = received;
  if (status >= 500 || status === 429)
    return { kind: 'away', retryAfterMs, reason: `the ledger answered ${status}` };
  if (typeof body !== 'object' || body === null)
    return { kind: 'away', retryAfterMs, reason: `the ledger answered ${status} without JSON` };
  return { status, fields: body as Fields };
}

function refused(status: number, { code }: Fields): Refused {
  return { kind: 'refused', status, code: typeof code === 'string' ? code : 'unknown' };
}

function unreadable(call: string): Away {
  return { kind: 'away', retryAfterMs: null, reason: `the answer to ${call} cannot be understood` };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
