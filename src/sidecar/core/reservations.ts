import type { EndResult } from './decision.ts';
import type { Part } from './spend.ts';
import type { TenantCredits } from './tenant-credits.ts';

export interface Reservation {
  tenant: TenantCredits;
  amount: number;
  parts: readonly Part[];
  expiresAtMs: number;
}

type Ending = 'already_committed' | 'already_cancelled' | 'expired';

/** Local holds for work whose cost is not known yet; and how those that ended lately did. */
export class Reservations {
  readonly open = new Map<string, Reservation>();
  readonly #ended = new Map<string, { tenantId: string; how: Ending }>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get isFull(): boolean {
    return this.open.size >= this.#max;
  }

  add(id: string, reservation: Reservation): void {
    this.open.set(id, reservation);
  }

  /** The open one, or why there is none. Another tenant's is not found. */
  find(tenantId: string, id: string): Reservation | Exclude<EndResult, { kind: 'ended' }> {
    const reservation = this.open.get(id);
    if (reservation !== undefined)
      return reservation.tenant.tenantId === tenantId ? reservation : { kind: 'not_found' };
    const ended = this.#ended.get(id);
    return { kind: ended?.tenantId === tenantId ? ended.how : 'not_found' };
  }

  /**
   * Keeps `charged` of it as spent and releases the rest; not from a lease that is over, which was settled without it.
   *
   * @returns how much was released.
   */
  end(id: string, charged: number, how: Ending): number {
    const { tenant, parts } = this.open.get(id)!;
    this.open.delete(id);
    this.#remember(id, tenant.tenantId, how);
    let toCharge = charged;
    let released = 0;
    for (const { lease, amount: part } of parts) {
      const kept = Math.min(part, toCharge);
      toCharge -= kept;
      lease.reserved -= part;
      if (lease.phase === 'over') continue;
      lease.used -= part - kept;
      released += part - kept;
      if (lease.phase === 'open') tenant.free += part - kept;
    }
    return released;
  }

  expired(nowMs: number): string[] {
    const ids: string[] = [];
    for (const [id, { expiresAtMs }] of this.open) if (nowMs >= expiresAtMs) ids.push(id);
    return ids;
  }

  #remember(id: string, tenantId: string, how: Ending): void {
    this.#ended.set(id, { tenantId, how });
    if (this.#ended.size > this.#max) this.#ended.delete(this.#ended.keys().next().value!);
  }
}
