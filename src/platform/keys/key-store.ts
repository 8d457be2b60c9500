import { timingSafeEqual } from 'node:crypto';
import type { Pool } from 'pg';
import { sql } from '../database/sql.ts';
import { UnavailableError } from '../errors.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { BootstrapKeys } from './bootstrap-keys.ts';
import { ExpiringLru } from './expiring-lru.ts';
import { keyIdOf, sha256Of } from './key-text.ts';
import { type AuthenticatedKey, isScope } from './scopes.ts';

export interface KeyStore {
  /**
   * The key with this text, or null when there is none or it was revoked more than `keyTtlMs` ago. Answers at once for
   * a key seen lately, so that the request path stays synchronous; callers await only a promise.
   *
   * @throws UnavailableError when the database cannot say.
   */
  find(presented: string): AuthenticatedKey | null | Promise<AuthenticatedKey | null>;
}

/** The longest a revoked key goes on working. */
export const keyTtlMs = 5_000;

/** About 3 MB; unknown keys take places too, so that repeating one costs no query. */
const cacheCapacity = 10_000;

/** Lookups under way at once. Callers of unknown keys beyond it get 503, so that guessing cannot fill the pool. */
const lookupsMax = 32;

export interface KeyStoreDeps {
  pool: Pool;
  bootstrap: BootstrapKeys;
  metrics: Metrics;
  clock: () => number;
}

export function createKeyStore(deps: KeyStoreDeps): KeyStore {
  const cache = new ExpiringLru<AuthenticatedKey | null>(cacheCapacity, keyTtlMs, deps.clock);
  const underWay = new Map<string, Promise<AuthenticatedKey | null>>();
  const lookups = deps.metrics.counter('key_lookups_total');

  async function lookUp(presented: string, keyId: string): Promise<AuthenticatedKey | null> {
    try {
      const key = await findInDatabase(deps.pool, keyId, sha256Of(presented));
      lookups.inc({ result: key === null ? 'unknown' : 'database' });
      cache.set(presented, key);
      return key;
    } finally {
      underWay.delete(presented);
    }
  }

  return {
    find(presented) {
      const known = cache.get(presented);
      if (known !== undefined) return known;
      const keyId = keyIdOf(presented);
      const bootstrap = deps.bootstrap(sha256Of(presented));
      if (bootstrap !== null) cache.set(presented, bootstrap);
      if (bootstrap !== null || keyId === null) return bootstrap;
      const joined = underWay.get(presented);
      if (joined !== undefined) return joined;
      if (underWay.size >= lookupsMax)
        throw new UnavailableError('overloaded', 'too many keys are being looked up');
      const lookup = lookUp(presented, keyId);
      underWay.set(presented, lookup);
      return lookup;
    },
  };
}

interface KeyRow {
  key_id: string;
  key_sha256: Buffer;
  name: string;
  scopes: string[];
  tenant_id: string | null;
  requests_per_second: number | null;
}

async function findInDatabase(pool: Pool, keyId: string, sha256: Buffer): Promise<AuthenticatedKey | null> {
  let row: KeyRow | undefined;
  try {
    const { rows } = await pool.query<KeyRow>(sql(import.meta.url, './sql/find-key.sql'), [keyId]);
    row = rows[0];
  } catch (cause) {
    throw new UnavailableError(
      'unavailable',
      'the database did not answer, so the key could not be checked',
      {
        cause,
      },
    );
  }
  if (row === undefined || !timingSafeEqual(row.key_sha256, sha256)) return null;
  return {
    keyId: row.key_id,
    name: row.name,
    scopes: new Set(row.scopes.filter(isScope)),
    tenantId: row.tenant_id,
    requestsPerSecond: row.requests_per_second,
  };
}
