import type { Pool } from 'pg';
import type { NamedKey } from '../../platform/config/named-key.ts';
import { listKeksInUse } from './data-key-rows.ts';

/**
 * The ids of key-encryption keys that data keys in the database need and this process was not given. What a starting process
 * asks: a key that was taken out of ENCRYPTION_KEYS before the rotation had finished shows at once, not with the first
 * request that needs it.
 */
export async function findMissingKeys(pool: Pool, keys: readonly NamedKey[]): Promise<string[]> {
  const inUse = await listKeksInUse(pool);
  return inUse.filter((id) => !keys.some((named) => named.id === id));
}
