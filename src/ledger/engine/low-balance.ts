import { randomUUID } from 'node:crypto';
import type { TenantBook } from '../book/tenant-book.ts';

export interface Alert {
  alertId: string;
  tenantId: string;
  threshold: number;
  available: number;
  createdAtMs: number;
}

/**
 * The alert of a tenant whose balance fell below its threshold; one, until the balance has been back. Changes the account's
 * `alertArmed`.
 */
export function lowBalanceAlert({ account, nowMs }: TenantBook): Alert | null {
  const { alertBelow, available, tenantId } = account;
  if (alertBelow === null) return null;
  const isLow = available < alertBelow;
  const isDue = isLow && account.alertArmed;
  account.alertArmed = !isLow;
  if (!isDue) return null;
  return { alertId: randomUUID(), tenantId, threshold: alertBelow, available, createdAtMs: nowMs };
}
