import type { NamedKey } from '../../platform/config/named-key.ts';
import { KeyMissingError } from './vault-error.ts';

/** The key-encryption keys of a process. */
export interface KeyRing {
  /** What new data keys are wrapped under: the first of ENCRYPTION_KEYS. @throws KeyMissingError when there is none. */
  current(): NamedKey;
  /** @throws KeyMissingError when there is none of this id. */
  find(keyId: string): NamedKey;
  has(keyId: string): boolean;
}

export function createKeyRing(keys: readonly NamedKey[]): KeyRing {
  const byId = new Map(keys.map((named) => [named.id, named]));
  return {
    current: () => {
      const first = keys[0];
      if (first === undefined) throw new KeyMissingError(null);
      return first;
    },
    find: (keyId) => {
      const named = byId.get(keyId);
      if (named === undefined) throw new KeyMissingError(keys.length === 0 ? null : keyId);
      return named;
    },
    has: (keyId) => byId.has(keyId),
  };
}
