import { randomUUID } from 'node:crypto';
import type { Answer, Command, Expected, Operation } from './command.ts';
import { type Credit, newTenant, record, settle, standing, type Tenant } from './tenant.ts';

/** Answers under a key that are kept and replayed; the others leave the key as it was. */
const keptStatuses = new Set([200, 402, 404, 409, 410]);

/**
 * LEDGER.md as plainly as it can be said: every single credit is an object that stands somewhere, and an operation moves
 * credits. There are no sums to keep in step, nothing is lazy and nothing is fast. It shares no code with the ledger.
 *
 * Ids are the ledger's choice: an operation is applied together with the answer it got, and only its ids are taken from it.
 */
export class LedgerModel {
  nowMs: number;
  tenants = new Map<string, Tenant>();

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /**
   * A model that can be tried with another order of commands.
   *
   * @param only the one tenant that will be changed in it; the others are then shared with this model.
   */
  fork(only?: string): LedgerModel {
    const copy = new LedgerModel(this.nowMs);
    copy.tenants = only === undefined ? structuredClone(this.tenants) : new Map(this.tenants);
    const tenant = only === undefined ? undefined : this.tenants.get(only);
    if (tenant !== undefined) copy.tenants.set(only!, structuredClone(tenant));
    return copy;
  }

  /** Takes over the state of another, such as a fork that proved right. */
  become(other: LedgerModel): void {
    this.tenants = other.tenants;
  }

  tenant(id: string): Tenant {
    const tenant = this.tenants.get(id) ?? newTenant();
    this.tenants.set(id, tenant);
    settle(tenant, this.nowMs);
    return tenant;
  }

  advanceTo(nowMs: number): void {
    this.nowMs = nowMs;
    for (const tenant of this.tenants.values()) settle(tenant, nowMs);
  }

  /** What the ledger must have answered. */
  apply(command: Command, answer: Answer): Expected {
    const { keys } = this.tenant(command.operation.tenantId);
    if (command.key === undefined) return this.#decide(command.operation, answer);
    const request = JSON.stringify(command.operation);
    const known = keys.get(command.key);
    if (known !== undefined && known.request !== request)
      return { status: 422, code: 'idempotency_key_reused' };
    if (known !== undefined) return { status: known.status, replayOf: known.text };
    const expected = this.#decide(command.operation, answer);
    if (keptStatuses.has(expected.status))
      keys.set(command.key, { request, status: expected.status, text: answer.text });
    return expected;
  }

  #decide(operation: Operation, answer: Answer): Expected {
    const tenant = this.tenant(operation.tenantId);
    if (operation.op === 'topup') return this.#topup(tenant, operation, answer);
    if (!tenant.isKnown) return { status: 404, code: 'not_found' };
    const expected = this.#decideKnown(tenant, operation, answer);
    settle(tenant, this.nowMs); // what came back to an expired grant
    if (expected.status !== 200) return expected;
    return { ...expected, fields: { success: true, ...expected.fields, ...shown(tenant, operation.op) } };
  }

  #decideKnown(tenant: Tenant, operation: Exclude<Operation, { op: 'topup' }>, answer: Answer): Expected {
    switch (operation.op) {
      case 'consume':
        return this.#consume(tenant, operation, answer);
      case 'reserve':
        return this.#reserve(tenant, operation, answer);
      case 'commit':
        return this.#commit(tenant, operation, answer);
      case 'cancel':
        return this.#cancel(tenant, operation);
      case 'refund':
        return this.#refund(tenant, operation, answer);
    }
  }

  #topup(tenant: Tenant, operation: Extract<Operation, { op: 'topup' }>, answer: Answer): Expected {
    const { amount, priority = 0, expiresAtMs = Number.POSITIVE_INFINITY } = operation;
    if (expiresAtMs <= this.nowMs) return { status: 400, code: 'invalid_request' };
    const grantId = idIn(answer, 'grant_id');
    tenant.isKnown = true;
    tenant.spends.set(idIn(answer, 'transaction_id'), { credits: [] }); // a transaction with nothing to refund
    tenant.grants.push({ grantId, amount, priority, expiresAtMs });
    const credits = Array.from({ length: amount }, () => {
      const credit: Credit = { grant: tenant.grants.length - 1, at: 'available' };
      tenant.credits.push(credit);
      return credit;
    });
    this.#write(tenant, 'topup', credits);
    settle(tenant, this.nowMs);
    return { status: 200, fields: { success: true, ...shown(tenant, 'topup') } };
  }

  #consume(tenant: Tenant, operation: Extract<Operation, { op: 'consume' }>, answer: Answer): Expected {
    const burnt = firstToBurn(tenant, operation.amount);
    if (burnt === null) return short(tenant);
    for (const credit of burnt) credit.at = 'spent';
    tenant.spends.set(idIn(answer, 'transaction_id'), { credits: burnt });
    this.#write(tenant, 'consume', burnt);
    return { status: 200, fields: { message: `Successfully consumed ${operation.amount} credits` } };
  }

  #reserve(tenant: Tenant, operation: Extract<Operation, { op: 'reserve' }>, answer: Answer): Expected {
    const pinned = firstToBurn(tenant, operation.amount);
    if (pinned === null) return short(tenant);
    for (const credit of pinned) credit.at = 'held';
    const expiresAtMs = this.nowMs + (operation.ttlSeconds ?? 300) * 1_000;
    const holdId = idIn(answer, 'reservation_id');
    tenant.holds.set(holdId, { credits: pinned, state: 'pending', expiresAtMs });
    this.#write(tenant, 'reserve', pinned);
    return { status: 200, fields: { expires_at: new Date(expiresAtMs).toISOString() } };
  }

  #commit(tenant: Tenant, operation: Extract<Operation, { op: 'commit' }>, answer: Answer): Expected {
    const hold = tenant.holds.get(operation.holdId);
    const ended = endOf(hold);
    if (hold === undefined || ended !== null) return ended!;
    const amount = operation.amount ?? hold.credits.length;
    if (amount > hold.credits.length) return { status: 409, code: 'amount_exceeds_hold' };
    hold.state = 'committed';
    const [spent, released] = [hold.credits.slice(0, amount), hold.credits.slice(amount)];
    for (const credit of spent) credit.at = 'spent';
    this.#write(tenant, 'commit', spent);
    for (const credit of released) credit.at = 'available';
    if (released.length > 0) this.#write(tenant, 'release', released);
    tenant.spends.set(idIn(answer, 'transaction_id'), { credits: spent });
    return { status: 200 };
  }

  #cancel(tenant: Tenant, operation: Extract<Operation, { op: 'cancel' }>): Expected {
    const hold = tenant.holds.get(operation.holdId);
    const ended = endOf(hold);
    if (hold === undefined || ended !== null) return ended!;
    hold.state = 'cancelled';
    for (const credit of hold.credits) credit.at = 'available';
    this.#write(tenant, 'cancel', hold.credits);
    return { status: 200 };
  }

  #refund(tenant: Tenant, operation: Extract<Operation, { op: 'refund' }>, answer: Answer): Expected {
    const spend = tenant.spends.get(operation.spendId);
    if (spend === undefined) return { status: 404, code: 'not_found' };
    const left = spend.credits.length;
    const amount = operation.amount ?? left;
    if (amount > left || left === 0) return { status: 409, code: 'refund_exceeds_spend' };
    tenant.spends.set(idIn(answer, 'transaction_id'), { credits: [] });
    // As if less had been spent: what burned last comes back first.
    const back = spend.credits.splice(left - amount);
    for (const credit of back) credit.at = 'available';
    this.#write(tenant, 'refund', back);
    return { status: 200 };
  }

  #write(tenant: Tenant, type: string, credits: readonly Credit[]): void {
    tenant.lastAtMs = this.nowMs;
    record(tenant, type, credits);
  }
}

/** Credits in the order in which they burn: priority, then earliest expiry, then age. */
function firstToBurn(tenant: Tenant, amount: number): Credit[] | null {
  const rank = ({ grant }: Credit) => tenant.grants[grant]!;
  const inOrder = tenant.credits
    .filter((credit) => credit.at === 'available')
    .sort((a, b) => {
      const [first, second] = [rank(a), rank(b)];
      if (first.priority !== second.priority) return first.priority - second.priority;
      if (first.expiresAtMs !== second.expiresAtMs) return first.expiresAtMs < second.expiresAtMs ? -1 : 1;
      return a.grant - b.grant;
    });
  return inOrder.length < amount ? null : inOrder.slice(0, amount);
}

function short(tenant: Tenant): Expected {
  return {
    status: 402,
    code: 'insufficient_credits',
    fields: { available: standing(tenant).counts.available },
  };
}

function endOf(hold: { state: string } | undefined): Expected | null {
  if (hold === undefined) return { status: 404, code: 'not_found' };
  if (hold.state === 'committed') return { status: 409, code: 'hold_already_committed' };
  if (hold.state === 'cancelled') return { status: 409, code: 'hold_already_cancelled' };
  if (hold.state === 'expired') return { status: 410, code: 'hold_expired' };
  return null;
}

function shown(tenant: Tenant, op: Operation['op']): Record<string, unknown> {
  const { balance, counts } = standing(tenant);
  if (op === 'cancel') return { available: counts.available };
  return op === 'reserve' || op === 'commit' ? { balance, available: counts.available } : { balance };
}

/** A missing id is found by the comparison that follows; until then any will do. */
function idIn(answer: Answer, field: string): string {
  const id = answer.body?.[field];
  return typeof id === 'string' ? id : randomUUID();
}
