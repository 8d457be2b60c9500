import { createSecretKey, type KeyObject } from 'node:crypto';
import type { NamedKey } from '../../platform/config/named-key.ts';
import { decrypt, encrypt, NONCE_BYTES, type Random } from './aes-gcm.ts';
import { SealBrokenError } from './vault-error.ts';

/** A data key as it lies in the database. */
export interface WrappedKey {
  tenantId: string;
  subject: string;
  dataKeyId: string;
  kekId: string;
  /** Nonce, encrypted key, tag: 60 bytes. */
  wrapped: Buffer;
}

export type KeyOwner = Pick<WrappedKey, 'tenantId' | 'subject' | 'dataKeyId'>;

const KEY_BYTES = 32;

/** A new data key, wrapped. Its bytes exist in the clear only between these lines. */
export function makeDataKey(owner: KeyOwner, kek: NamedKey, random: Random): WrappedKey {
  const bytes = random(KEY_BYTES);
  try {
    return wrap(owner, bytes, kek, random);
  } finally {
    bytes.fill(0);
  }
}

/** The usable key. Kept as a KeyObject: outside the heap, and never printed. @throws SealBrokenError when it was changed. */
export function unwrapDataKey(wrapped: WrappedKey, kek: NamedKey): KeyObject {
  const bytes = unwrap(wrapped, kek);
  try {
    return createSecretKey(bytes);
  } finally {
    bytes.fill(0);
  }
}

/** The same key under another key-encryption key. @throws SealBrokenError when it was changed. */
export function rewrapDataKey(wrapped: WrappedKey, from: NamedKey, to: NamedKey, random: Random): WrappedKey {
  const bytes = unwrap(wrapped, from);
  try {
    return wrap(wrapped, bytes, to, random);
  } finally {
    bytes.fill(0);
  }
}

function wrap(owner: KeyOwner, bytes: Buffer, kek: NamedKey, random: Random): WrappedKey {
  const { tenantId, subject, dataKeyId } = owner;
  const wrapped = encrypt(kek.key, random(NONCE_BYTES), bytes, wrapAad(owner, kek.id));
  return { tenantId, subject, dataKeyId, kekId: kek.id, wrapped };
}

function unwrap(wrapped: WrappedKey, kek: NamedKey): Buffer {
  try {
    return decrypt(kek.key, wrapped.wrapped, wrapAad(wrapped, kek.id));
  } catch (cause) {
    const why =
      'the row was changed, or ENCRYPTION_KEYS has another key under this id than the one it was wrapped with';
    throw new SealBrokenError(`data key ${wrapped.dataKeyId} does not unwrap under "${kek.id}": ${why}`, {
      cause,
    });
  }
}

/** Whose key it is, so that one subject's row cannot be given another's key. */
function wrapAad({ tenantId, subject, dataKeyId }: KeyOwner, kekId: string): Buffer {
  return Buffer.from(JSON.stringify(['assay/data-key/v1', tenantId, subject, dataKeyId, kekId]));
}
