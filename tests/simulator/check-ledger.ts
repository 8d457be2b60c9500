import type { LedgerModel, ModelTenant } from './ledger-model.ts';
import type { Truth } from './truth.ts';
import { Violation } from './violation.ts';

const parts = ['available', 'leased', 'unresolved', 'spent'] as const;

/** I1 and I2 of one tenant. */
export function checkTenant(tenantId: string, tenant: ModelTenant): void {
  let sum = 0;
  for (const part of parts) {
    if (tenant[part] < 0) throw new Violation('I2', `${part} of ${tenantId} is ${tenant[part]}`);
    sum += tenant[part];
  }
  if (sum !== tenant.granted)
    throw new Violation('I1', `the accounts of ${tenantId} make ${sum}, ${tenant.granted} were granted`);
}

/** What was spent never comes back (S2), and nothing is settled that was not (I3). */
export function checkLease(ledger: LedgerModel, truth: Truth, leaseId: string): void {
  const lease = ledger.leases.get(leaseId);
  const real = truth.leases.get(leaseId);
  if (lease === undefined || real === undefined) return;
  if (lease.returned > 0 && real.used > lease.amount - lease.returned)
    throw new Violation(
      'S2',
      `${lease.returned} of ${leaseId} came back, ${real.used} of ${lease.amount} are spent`,
    );
  if (lease.state !== 'burned' && lease.spent > real.used + real.stranded)
    throw new Violation('I3', `${lease.spent} of ${leaseId} are settled, ${real.used} are spent`);
}

export function checkAll(ledger: LedgerModel, truth: Truth): void {
  for (const [tenantId, tenant] of ledger.tenants) {
    checkTenant(tenantId, tenant);
    const used = truth.usedOfTenant.get(tenantId) ?? 0;
    const elsewhere = tenant.granted - tenant.available;
    if (used > elsewhere)
      throw new Violation(
        'S2',
        `${used} credits of ${tenantId} are spent, ${tenant.available} still available`,
      );
  }
  for (const leaseId of ledger.leases.keys()) checkLease(ledger, truth, leaseId);
}

/** A summary that a message that comes twice must not change. */
export function fingerprint(ledger: LedgerModel): string {
  let text = '';
  for (const tenant of ledger.tenants.values())
    text += parts
      .map((part) => tenant[part])
      .join(',')
      .concat(';');
  for (const { epoch } of ledger.sidecars.values()) text += `${epoch},`;
  return text;
}
