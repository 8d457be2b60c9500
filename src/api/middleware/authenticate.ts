import { UnauthenticatedError } from '../../platform/errors.ts';
import type { KeyStore } from '../../platform/keys/key-store.ts';
import type { AuthenticatedKey } from '../../platform/keys/scopes.ts';

/** Longer than any key of ours or of the environment; what is longer is not looked at. */
const headerLengthMax = 600;

/**
 * The key a request presents. Synchronous for a key seen lately (see `KeyStore`).
 *
 * @param header the `Authorization` header.
 * @throws UnauthenticatedError, answered as 401.
 */
export function authenticate(
  keys: KeyStore,
  header: string | undefined,
): AuthenticatedKey | Promise<AuthenticatedKey> {
  const found = keys.find(presentedKey(header));
  return found instanceof Promise ? found.then(known) : known(found);
}

function presentedKey(header: string | undefined): string {
  if (header === undefined) throw new UnauthenticatedError('send a key as Authorization: Bearer <key>');
  const text = header.slice(0, 7).toLowerCase() === 'bearer ' ? header.slice(7).trim() : '';
  if (text === '' || header.length > headerLengthMax) {
    throw new UnauthenticatedError('the Authorization header is not of the form Bearer <key>');
  }
  return text;
}

function known(key: AuthenticatedKey | null): AuthenticatedKey {
  if (key === null) throw new UnauthenticatedError('the key is unknown or was revoked');
  return key;
}
