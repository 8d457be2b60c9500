import type { Redis } from 'ioredis';
import type { LoadedBalance } from './balance-cache.ts';
import { keyOf, parseValue } from './shared-tier.ts';

type Load = (tenantId: string) => Promise<LoadedBalance | null>;

/** Balances compared a run: enough to notice a fault that is not rare, in some seconds. */
const comparedMax = 1_000;
const scanCount = 500;

/**
 * Compares balances in Redis with PostgreSQL. One of another version says nothing, as it may be under way; one of the
 * same version must be the same text, as entries end with the tenant's next expiry.
 *
 * @returns how many differ.
 */
export async function countCacheMismatches(redis: Redis, prefix: string, load: Load): Promise<number> {
  const mark = keyOf(prefix, '');
  let mismatches = 0;
  let compared = 0;
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${mark}*`, 'COUNT', scanCount);
    for (const key of keys.slice(0, comparedMax - compared)) {
      if (await differs(redis, key, key.slice(mark.length), load)) mismatches += 1;
    }
    compared += keys.length;
    cursor = next;
  } while (cursor !== '0' && compared < comparedMax);
  return mismatches;
}

async function differs(redis: Redis, key: string, tenantId: string, load: Load): Promise<boolean> {
  const value = await redis.get(key);
  const cached = parseValue(value);
  if (cached === null) return false;
  const stored = await load(tenantId);
  if (stored !== null && (stored.version !== cached.version || stored.text === cached.text)) return false;
  // It may have expired or been replaced while PostgreSQL was asked.
  return (await redis.get(key)) === value;
}
