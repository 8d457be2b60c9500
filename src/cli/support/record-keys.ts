import type { Pool } from 'pg';
import { insertEvents } from '../../audit/events/insert-events.ts';
import { recordEvent } from '../../audit/events/record-event.ts';
import { maskText } from '../../audit/masking/mask-text.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import type { NewKey } from '../../platform/keys/key-text.ts';
import { type CreateKeyInput, createKey, revokeKey } from '../../platform/keys/manage-keys.ts';

/** Whoever may run the command may do this; the operating system knows who that was. */
const actor = 'cli';

/** Makes a key, and says so in the audit log: both or neither. */
export function createKeyRecorded(pool: Pool, input: CreateKeyInput): Promise<NewKey> {
  return withTransaction(pool, async (client) => {
    const key = await createKey(client, input);
    const details = { key_id: key.keyId, name: maskText(input.name), scopes: [...input.scopes] };
    const event = recordEvent(
      { action: 'key.created', actor, tenantId: input.tenantId, details },
      Date.now(),
    );
    await insertEvents(client, [event]);
    return key;
  });
}

/** Revokes a key, and says so in the audit log, whether it was there or not. */
export function revokeKeyRecorded(pool: Pool, keyId: string): ReturnType<typeof revokeKey> {
  return withTransaction(pool, async (client) => {
    const revoked = await revokeKey(client, keyId);
    const details = { key_id: maskText(keyId) };
    const refused = revoked === null ? { refusedBecause: 'not_found' } : {};
    await insertEvents(client, [
      recordEvent({ action: 'key.revoked', actor, tenantId: null, details, ...refused }, Date.now()),
    ]);
    return revoked;
  });
}
