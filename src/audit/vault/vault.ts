import type { KeyObject } from 'node:crypto';
import type { Pool, PoolClient } from 'pg';
import type { NamedKey } from '../../platform/config/named-key.ts';
import { ExpiringLru } from '../../platform/keys/expiring-lru.ts';
import { uuidV7 } from '../../platform/uuid-v7.ts';
import { decrypt, encrypt, NONCE_BYTES, type Random } from './aes-gcm.ts';
import { makeDataKey, unwrapDataKey, type WrappedKey } from './data-key.ts';
import { destroyKeys, findDataKey, findLiveKey, insertDataKey } from './data-key-rows.ts';
import { createKeyRing } from './key-ring.ts';
import { type SealContext, type SubjectContext, sealAad } from './seal-context.ts';
import { decodeSealed, encodeSealed } from './sealed.ts';
import { ErasedError, SealBrokenError } from './vault-error.ts';

export interface Vault {
  /**
   * Encrypts a text under its subject's data key, which is made when there is none. Asks the database only for a subject
   * that was not seen lately. What is returned opens in the same place alone.
   *
   * @throws KeyMissingError (503) when the process has no key-encryption key, or not the one that is needed.
   */
  seal(context: SubjectContext, plaintext: string): Promise<Buffer>;
  /**
   * @throws ErasedError (410) when the subject was erased.
   * @throws SealBrokenError when the bytes were changed or are not of this place.
   */
  open(context: SealContext, sealed: Buffer): Promise<string>;
  /**
   * Destroys the subject's data key: what is sealed under it can never be read again, while bytes and hashes over them
   * stay as they are. Other processes forget the key within `keyCacheMs`. Data sealed later get a new key.
   *
   * @param db a transaction, so that the record of the erasure commits with it.
   * @returns the ids of the keys that were destroyed, for that record: none when the subject had none.
   */
  erase(tenantId: string, subject: string, db?: PoolClient): Promise<string[]>;
}

export interface VaultDeps {
  /** Connections as the application role. */
  pool: Pool;
  /** Key-encryption keys, the one to use first; none when the installation has none. */
  keys: readonly NamedKey[];
  /** Milliseconds. */
  clock: () => number;
  random: Random;
}

/** How long another process may still read what was erased here; and, for a busy subject, one query in so long. */
export const keyCacheMs = 30_000;

/** About 4 MB. Subjects beyond it cost a query each time they come back. */
const cacheCapacity = 10_000;

interface DataKey {
  dataKeyId: string;
  key: KeyObject;
}

export function createVault({ pool, keys, clock, random }: VaultDeps): Vault {
  const ring = createKeyRing(keys);
  const bySubject = new ExpiringLru<DataKey>(cacheCapacity, keyCacheMs, clock);
  const byId = new ExpiringLru<DataKey>(cacheCapacity, keyCacheMs, clock);
  const underWay = new Map<string, Promise<DataKey>>();

  /** Concurrent callers of one subject share one query. */
  function keyOfSubject(tenantId: string, subject: string): DataKey | Promise<DataKey> {
    const name = cacheKey(tenantId, subject);
    const known = bySubject.get(name) ?? underWay.get(name);
    if (known !== undefined) return known;
    const loading = loadKeyOfSubject(tenantId, subject)
      .then((dataKey) => {
        bySubject.set(name, dataKey);
        return dataKey;
      })
      .finally(() => underWay.delete(name));
    underWay.set(name, loading);
    return loading;
  }

  async function loadKeyOfSubject(tenantId: string, subject: string): Promise<DataKey> {
    const kek = ring.current();
    const found = await findLiveKey(pool, tenantId, subject);
    if (found !== undefined) return unwrapped(found);
    await insertDataKey(pool, makeDataKey({ tenantId, subject, dataKeyId: uuidV7(clock()) }, kek, random));
    const stored = await findLiveKey(pool, tenantId, subject);
    // Erased between the two statements: then what is being sealed belongs to what was erased.
    if (stored === undefined) throw new ErasedError();
    return unwrapped(stored);
  }

  async function keyById(tenantId: string, dataKeyId: string): Promise<DataKey> {
    const name = cacheKey(tenantId, dataKeyId);
    const known = byId.get(name);
    if (known !== undefined) return known;
    const found = await findDataKey(pool, tenantId, dataKeyId);
    if (found === 'destroyed') throw new ErasedError();
    if (found === undefined) throw new SealBrokenError(`there is no data key ${dataKeyId} of this tenant`);
    const dataKey = unwrapped(found);
    byId.set(name, dataKey);
    return dataKey;
  }

  function unwrapped(wrapped: WrappedKey): DataKey {
    return { dataKeyId: wrapped.dataKeyId, key: unwrapDataKey(wrapped, ring.find(wrapped.kekId)) };
  }

  return {
    seal: async (context, plaintext) => {
      const { dataKeyId, key } = await keyOfSubject(context.tenantId, context.subject);
      const box = encrypt(key, random(NONCE_BYTES), Buffer.from(plaintext), sealAad(context, dataKeyId));
      return encodeSealed({ dataKeyId, box });
    },
    open: async (context, sealed) => {
      const decoded = decodeSealed(sealed);
      if (decoded === null) throw new SealBrokenError('these bytes are not a sealed value');
      const { key } = await keyById(context.tenantId, decoded.dataKeyId);
      try {
        return decrypt(key, decoded.box, sealAad(context, decoded.dataKeyId)).toString('utf8');
      } catch (cause) {
        const place = `${context.table}.${context.column} of ${context.eventId}`;
        throw new SealBrokenError(`the sealed value in ${place} was changed, or belongs elsewhere`, {
          cause,
        });
      }
    },
    erase: async (tenantId, subject, db) => {
      const destroyed = await destroyKeys(db ?? pool, tenantId, subject);
      bySubject.delete(cacheKey(tenantId, subject));
      for (const dataKeyId of destroyed) byId.delete(cacheKey(tenantId, dataKeyId));
      return destroyed;
    },
  };
}

/** Tenant names hold no blank (see `tenantIdFault`), so no two pairs make the same text. */
function cacheKey(tenantId: string, name: string): string {
  return `${tenantId} ${name}`;
}
