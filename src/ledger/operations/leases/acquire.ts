import { burn, canBurn } from '../../book/burn.ts';
import type { Lease } from '../../book/entities.ts';
import { post } from '../../book/post.ts';
import type { TenantBook } from '../../book/tenant-book.ts';
import type { Acquire } from '../../operation.ts';
import { done, insufficient, type Outcome, refused } from '../outcome.ts';
import { holderKey } from './holder-key.ts';
import { leaseSize } from './lease-size.ts';
import { refreshInterval } from './refresh-interval.ts';

/** How long a holder that was asked to return something takes to hear of it: it settles several times a second then. */
const retryAfterMs = 200;

/**
 * available → leased: an escrow. What is leased cannot be spent twice, whatever becomes of the holder.
 *
 * A tenant that has not even `min` left, while others hold leases of it, is answered `leased_elsewhere`, and they are asked
 * to return what they do not need.
 */
export function acquire(book: TenantBook, operation: Acquire): Outcome {
  const { holder, leaseId, want, min, ttlMs } = operation;
  const registered = book.epochs.get(holderKey(holder));
  if (registered === undefined || registered.epoch !== holder.epoch) {
    const now = registered === undefined ? 'not registered' : `at epoch ${registered.epoch}`;
    return refused(
      409,
      'stale_epoch',
      `the request is of epoch ${holder.epoch}; ${holder.instance} is ${now}`,
    );
  }
  const before = book.leases.get(leaseId);
  if (before !== undefined) return grantedBefore(book, before, ttlMs);
  const { account, nowMs } = book;
  const others = otherHolders(book, operation);
  if (account.available < min) {
    const elsewhere = others.reduce((sum, lease) => sum + lease.amount - lease.spent, 0);
    return account.available + elsewhere < min
      ? insufficient(account.available, min)
      : recallOthers(book, others, min);
  }
  const holders = 1 + new Set(others.map(holderKey)).size;
  const amount = leaseSize({ want, min, available: account.available, holders });
  if (!canBurn(book, amount)) return { kind: 'missing', burnable: amount };
  const slices = burn(book, amount, 'leased');
  post(book, {
    type: 'lease',
    from: 'available',
    to: 'leased',
    amount,
    slices,
    effectiveAtMs: nowMs,
    subjectId: leaseId,
  });
  const lease: Lease = {
    leaseId,
    owner: holder.owner,
    instance: holder.instance,
    epoch: holder.epoch,
    bootId: registered.bootId,
    amount,
    spent: 0,
    returned: 0,
    state: 'active',
    recalled: false,
    slices,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + ttlMs,
    endedAtMs: null,
  };
  book.addNewLease(lease);
  return granted(book, lease, ttlMs);
}

function otherHolders(book: TenantBook, { holder }: Acquire): Lease[] {
  const own = holderKey(holder);
  return [...book.leases.values()].filter((lease) => lease.state === 'active' && holderKey(lease) !== own);
}

function recallOthers(book: TenantBook, others: readonly Lease[], min: number): Outcome {
  for (const lease of others) {
    lease.recalled = true;
    book.touchLease(lease);
  }
  const { available } = book.account;
  const detail = `${min} credits are needed and ${available} are available; others hold more and were asked to return it`;
  return refused(409, 'leased_elsewhere', detail, { available, retry_after_ms: retryAfterMs });
}

/** The answer to the first request may have been lost. A lease that ended since is no lease to spend. */
function grantedBefore(book: TenantBook, lease: Lease, ttlMs: number): Outcome {
  if (lease.state === 'active') return granted(book, lease, ttlMs);
  const detail = `the request was granted before, and its lease is ${lease.state} by now`;
  return refused(409, 'lease_ended', detail, { lease_id: lease.leaseId });
}

function granted(book: TenantBook, { leaseId, amount, recalled }: Lease, ttlMs: number): Outcome {
  const refreshMs = refreshInterval(ttlMs, book.account);
  return done(
    `{"lease_id":"${leaseId}","amount":${amount},"ttl_ms":${ttlMs},"refresh_ms":${refreshMs},` +
      `"recall":${recalled},"available":${book.account.available}}`,
  );
}
