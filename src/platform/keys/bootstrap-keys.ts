import { timingSafeEqual } from 'node:crypto';
import { sha256Of } from './key-text.ts';
import type { AuthenticatedKey, Scope } from './scopes.ts';

export interface BootstrapKeyConfig {
  creditsApiKey: string | undefined;
  shadowApiKey: string | undefined;
  adminApiKey: string | undefined;
}

/** Keys from the environment, so that an installation can be used before any key was created in its database. */
export type BootstrapKeys = (presentedSha256: Buffer) => AuthenticatedKey | null;

/** The same text in two variables makes one key with the scopes of both, rather than of whichever came first. */
export function bootstrapKeys(config: BootstrapKeyConfig): BootstrapKeys {
  const known = [
    bootstrapKey('bootstrap-credits', config.creditsApiKey, ['credits:read', 'credits:write', 'leases']),
    bootstrapKey('bootstrap-shadow', config.shadowApiKey, ['shadow:read', 'shadow:write']),
    bootstrapKey('bootstrap-admin', config.adminApiKey, ['admin']),
  ].filter((entry) => entry !== null);
  return (presented) => {
    // Every key is compared, in constant time: the duration says nothing about which was nearly right.
    const matching = known.filter((entry) => timingSafeEqual(entry.sha256, presented));
    const first = matching[0];
    if (first === undefined) return null;
    const scopes = new Set(matching.flatMap((entry) => entry.scopes));
    return { keyId: first.keyId, name: first.keyId, scopes, tenantId: null, requestsPerSecond: null };
  };
}

function bootstrapKey(keyId: string, text: string | undefined, scopes: Scope[]) {
  return text === undefined ? null : { keyId, sha256: sha256Of(text), scopes };
}
