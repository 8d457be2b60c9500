import type { MoneyEvent } from '../events/event.ts';
import type { EventBlock } from '../sequencer/event-block.ts';

const zero = { available: 0, expired: 0, held: 0, leased: 0, spent: 0, unresolved: 0 };

/** The n-th spend of made-up tenants, the same whenever it is asked for. */
export function spendEvent(n: number, tenants = 10): MoneyEvent {
  const id = `00000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
  return {
    action: 'credits.consume',
    actor: 'abcdef012345',
    after: { ...zero, available: 1_000_000 - n, spent: n },
    amount: 1 + (n % 97),
    at: new Date(1_790_000_000_000 + n).toISOString(),
    before: { ...zero, available: 1_000_001 - n, spent: n },
    event_id: id,
    grants: [{ grant_id: id, amount: 1 + (n % 97) }],
    reference: `order ${n}`,
    success: true,
    tenant_id: `tenant-${n % tenants}`,
    transaction_id: id,
  };
}

/** Events as the sequencer reads them; ids are of no consequence. */
export function blockOf(events: readonly { tenantId: string; event: Buffer }[]): EventBlock {
  const ends: number[] = [];
  for (const { event } of events) ends.push((ends.at(-1) ?? 0) + event.length);
  return {
    ids: events.map((_, i) => i),
    tenantIds: events.map(({ tenantId }) => tenantId),
    bytes: Buffer.concat(events.map(({ event }) => event)),
    starts: [0, ...ends.slice(0, -1)],
    ends,
  };
}
