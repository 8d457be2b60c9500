import type { Row } from '../../platform/database/exchange/exchange.ts';
import type { Account, Grant, Hold, HoldState, Lease, LeaseState, Slices } from '../book/entities.ts';

/** Columns as `sql/lock-accounts.sql` names them. */
export function readAccount(row: Row): Account {
  return {
    tenantId: row[0]!,
    available: int8(row[1]),
    held: int8(row[2]),
    leased: int8(row[3]),
    spent: int8(row[4]),
    expired: int8(row[5]),
    unresolved: int8(row[6]),
    version: int8(row[7]),
    recordedAtMs: milliseconds(row[8], -Infinity),
    nextDueAtMs: milliseconds(row[9], Infinity),
    alertBelow: row[10] === null ? null : int8(row[10]),
    alertArmed: row[11] === 't',
  };
}

/** The row of a tenant that has none. */
export function unknownAccount(tenantId: string): Account {
  const none = { available: 0, held: 0, leased: 0, spent: 0, expired: 0, unresolved: 0, version: 0 };
  return {
    tenantId,
    ...none,
    recordedAtMs: -Infinity,
    nextDueAtMs: Infinity,
    alertBelow: null,
    alertArmed: true,
  };
}

/** Columns as every `sql/…grants….sql` names them, after the tenant. */
export function readGrant(row: Row): Grant {
  return {
    grantId: row[1]!,
    number: int8(row[2]),
    amount: int8(row[3]),
    available: int8(row[4]),
    held: int8(row[5]),
    leased: int8(row[6]),
    priority: int8(row[7]),
    expiresAtMs: milliseconds(row[8], Infinity),
    createdAtMs: milliseconds(row[9], -Infinity),
  };
}

/** Columns as `sql/find-holds.sql` and `sql/due-holds.sql` name them, after the tenant. */
export function readHold(row: Row): Hold {
  return {
    holdId: row[1]!,
    amount: int8(row[2]),
    state: row[3] as HoldState,
    expiresAtMs: milliseconds(row[4], Infinity),
    slices: readSlices(row[5]!, row[6]!),
    createdAtMs: milliseconds(row[7], -Infinity),
    endedAtMs: row[8] === null ? null : milliseconds(row[8], Infinity),
  };
}

/** Columns as `sql/find-leases.sql` and `sql/active-leases.sql` name them, after the tenant. */
export function readLease(row: Row): Lease {
  return {
    leaseId: row[1]!,
    owner: row[2]!,
    instance: row[3]!,
    epoch: int8(row[4]),
    bootId: row[5]!,
    amount: int8(row[6]),
    spent: int8(row[7]),
    returned: int8(row[8]),
    state: row[9] as LeaseState,
    recalled: row[10] === 't',
    slices: readSlices(row[11]!, row[12]!),
    createdAtMs: milliseconds(row[13], -Infinity),
    expiresAtMs: milliseconds(row[14], Infinity),
    endedAtMs: row[15] === null ? null : milliseconds(row[15], Infinity),
  };
}

/** Two arrays in PostgreSQL's text form; ids and numbers never need its quotes. */
export function readSlices(ids: string, amounts: string): Slices {
  return { grantIds: elements(ids), amounts: elements(amounts).map(int8) };
}

function elements(array: string): string[] {
  return array === '{}' ? [] : array.slice(1, -1).split(',');
}

/** @throws RangeError when the value has no exact number: the tables' constraints do not let one in. */
function int8(text: string | null | undefined): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} has no exact JavaScript number`);
  return value;
}

/** A double of milliseconds, which carries the microseconds of our time with an error below one. */
export function milliseconds(text: string | null | undefined, ifNull: number): number {
  return text === null || text === undefined ? ifNull : Math.round(Number(text));
}
