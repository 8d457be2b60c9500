import type { Answer } from './command.ts';
import { type Entry, standing, type Tenant } from './tenant.ts';

/** How an answered balance, with its grants, differs from the model's; null when it does not. */
export function readDifference(tenant: Tenant, answer: Answer): string | null {
  if (!tenant.isKnown) return answer.status === 404 ? null : `status ${answer.status}, expected 404`;
  if (answer.status !== 200) return `status ${answer.status}, expected 200`;
  const { counts, balance } = standing(tenant);
  const expected = {
    ...totals(counts),
    balance,
    leased: 0,
    total_purchased: tenant.credits.length,
    grants: grantsLeft(tenant),
  };
  return firstDifference(expected, { ...answer.body, grants: byId(answer.body.grants) });
}

/** The same of a balance as it was at a time. */
export function asOfDifference(tenant: Tenant, atMs: number, answer: Answer): string | null {
  if (answer.status !== 200) return `status ${answer.status}, expected 200`;
  const { counts, balanceAfter, left } = tenant.history.findLast((entry) => entry.atMs <= atMs)!;
  const shown: { grant_id: string; remaining: number }[] = answer.body.grants;
  const grants = Object.fromEntries(shown.map(({ grant_id, remaining }) => [grant_id, remaining]));
  return firstDifference(
    { ...totals(counts), balance: balanceAfter, grants: left },
    { ...answer.body, grants },
  );
}

/** The same of a report over everything the tenant ever did, its buckets added up. */
export function reportDifference({ history }: Tenant, answer: Answer): string | null {
  if (answer.status !== 200) return `status ${answer.status}, expected 200`;
  const amountOf = (...types: string[]) =>
    history.filter(({ type }) => types.includes(type)).reduce((sum, { amount }) => sum + amount, 0);
  const expected = {
    spent: amountOf('consume', 'commit'),
    purchased: amountOf('topup'),
    refunded: amountOf('refund'),
    expired: amountOf('expired'),
  };
  const buckets: Record<keyof typeof expected, number>[] = answer.body.buckets;
  const sumOf = (field: keyof typeof expected) => buckets.reduce((sum, bucket) => sum + bucket[field], 0);
  const found = Object.fromEntries(
    Object.keys(expected).map((field) => [field, sumOf(field as keyof typeof expected)]),
  );
  return firstDifference(expected, found);
}

export interface ShownTransfer {
  type: string;
  amount: number;
  balance_after: number;
  grants: { grant_id: string; amount: number }[];
}

/**
 * The same of a whole history, oldest first. Expiries that fell due between two commands are compared by their sums: at
 * one moment several may be due, and it is nobody's business in which order they are written.
 */
export function historyDifference(tenant: Tenant, shown: readonly ShownTransfer[]): string | null {
  const modelled = chapters(
    tenant.history.map(({ type, amount, balanceAfter, grants }) => ({ type, amount, balanceAfter, grants })),
  );
  const answered = chapters(
    shown.map(({ type, amount, balance_after, grants }) => ({
      type,
      amount,
      balanceAfter: balance_after,
      grants: Object.fromEntries(grants.map((grant) => [grant.grant_id, grant.amount])),
    })),
  );
  const at = modelled.findIndex((chapter, i) => !isSame(chapter, answered[i]));
  if (at >= 0) return `entry ${at} ${JSON.stringify(answered[at])}, expected ${JSON.stringify(modelled[at])}`;
  return answered.length === modelled.length ? null : `${answered.length} entries for ${modelled.length}`;
}

type Line = Pick<Entry, 'type' | 'amount' | 'balanceAfter' | 'grants'>;

function chapters(lines: readonly Line[]): unknown[] {
  const found: (Line & { thenExpired: Record<string, number> })[] = [];
  for (const line of lines) {
    const chapter = found.at(-1);
    const isByItself = line.type === 'expired' || line.type === 'hold_expired';
    if (!isByItself || chapter === undefined) found.push({ ...line, thenExpired: {} });
    else {
      for (const [grantId, amount] of Object.entries(line.grants)) {
        const place = `${line.type} ${grantId}`;
        chapter.thenExpired[place] = (chapter.thenExpired[place] ?? 0) + amount;
      }
    }
  }
  return found;
}

function totals(counts: Entry['counts']) {
  return { available: counts.available, reserved_funds: counts.held, total_spent: counts.spent };
}

function grantsLeft({ grants, credits }: Tenant): Record<string, unknown> {
  const left: Record<string, { amount: number; remaining: number; priority: number }> = {};
  for (const { grant, at } of credits) {
    if (at !== 'available' && at !== 'held') continue;
    const { grantId, amount, priority } = grants[grant]!;
    left[grantId] ??= { amount, remaining: 0, priority };
    left[grantId].remaining++;
  }
  return left;
}

function byId(
  shown: readonly { grant_id: string; amount: number; remaining: number; priority: number }[] = [],
): Record<string, unknown> {
  return Object.fromEntries(
    shown
      .filter(({ remaining }) => remaining > 0)
      .map(({ grant_id, amount, remaining, priority }) => [grant_id, { amount, remaining, priority }]),
  );
}

function firstDifference(expected: Record<string, unknown>, found: Record<string, unknown>): string | null {
  for (const [field, value] of Object.entries(expected)) {
    if (!isSame(value, found[field]))
      return `${field} ${JSON.stringify(found[field])}, expected ${JSON.stringify(value)}`;
  }
  return null;
}

/** Deep equality that does not mind the order of fields. */
function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
