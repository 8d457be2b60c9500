import type { Holder, Idempotency } from '../operation.ts';
import { decodeTransferId } from '../transfer-id.ts';
import { isUuid } from '../uuid.ts';
import { tenantsOf, type Unit } from './unit.ts';

/** What the operations of a batch name, and so what is read for them in one go. */
export interface WantedFacts {
  tenantIds: string[];
  /** Those whose grants will burn. */
  burning: string[];
  /** Those that are given a row to lock where they have none: a first top-up makes the tenant, a key must be kept. */
  needRow: Set<string>;
  keys: { tenantId: string; idempotency: Idempotency }[];
  holds: { tenantId: string; holdId: string }[];
  leases: { tenantId: string; leaseId: string }[];
  /** Those of whose leases some are asked for. */
  leasing: string[];
  holders: Holder[];
  spends: { tenantId: string; transferId: string; recordedAtMs: number; number: number }[];
}

export function wantedFacts(units: readonly Unit[]): WantedFacts {
  const wanted: WantedFacts = {
    tenantIds: [...new Set(units.flatMap(tenantsOf))],
    burning: [],
    needRow: new Set(),
    keys: [],
    holds: [],
    spends: [],
    leases: [],
    leasing: [],
    holders: [],
  };
  const burning = new Set<string>();
  for (const unit of units) {
    if (unit.idempotency !== null) want(wanted, unit.tenantId, unit.idempotency);
    for (const { operation, idempotency } of unit.steps) {
      const { tenantId } = operation;
      if (idempotency !== null) want(wanted, tenantId, idempotency);
      switch (operation.op) {
        case 'topup':
          wanted.needRow.add(tenantId);
          break;
        case 'consume':
        case 'reserve':
          burning.add(tenantId);
          break;
        case 'commit':
        case 'cancel':
          // What is no UUID names no hold, and PostgreSQL would refuse to compare it.
          if (isUuid(operation.reservationId))
            wanted.holds.push({ tenantId, holdId: operation.reservationId });
          break;
        case 'acquire':
          burning.add(tenantId);
          wanted.leases.push(operation);
          wanted.leasing.push(tenantId);
          wanted.holders.push(operation.holder);
          break;
        case 'settle':
        case 'adopt':
        case 'lose':
        case 'resolve':
          wanted.leases.push(operation);
          break;
        case 'refund': {
          const place = decodeTransferId(operation.transactionId);
          if (place !== null) wanted.spends.push({ tenantId, transferId: operation.transactionId, ...place });
          break;
        }
      }
    }
  }
  wanted.burning = [...burning];
  return wanted;
}

function want(wanted: WantedFacts, tenantId: string, idempotency: Idempotency): void {
  wanted.keys.push({ tenantId, idempotency });
  wanted.needRow.add(tenantId);
}
