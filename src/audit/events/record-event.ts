import { uuidV7 } from '../../platform/uuid-v7.ts';
import type { Details, RecordAction, RecordEvent } from './event.ts';

export interface RecordInput {
  action: RecordAction;
  /** The id of the key that asked, or the name of the process that acted by itself. */
  actor: string;
  /** Null: no tenant's own. */
  tenantId: string | null;
  /** Texts in it must be masked. */
  details: Details;
  /** Why it was refused; absent when it was done. */
  refusedBecause?: string;
}

/** An event that is not money, with its envelope. @param now milliseconds since the epoch. */
export function recordEvent(input: RecordInput, now: number): RecordEvent {
  return {
    action: input.action,
    actor: input.actor,
    at: new Date(now).toISOString(),
    ...(input.refusedBecause === undefined ? {} : { code: input.refusedBecause }),
    details: input.details,
    event_id: uuidV7(now),
    success: input.refusedBecause === undefined,
    tenant_id: input.tenantId ?? '*',
  };
}
