/** What a key may do; `admin` includes all the others. */
export const scopes = [
  'credits:read',
  'credits:write',
  'leases',
  'shadow:read',
  'shadow:write',
  'audit:read',
  'admin',
] as const;

export type Scope = (typeof scopes)[number];

export function isScope(value: string): value is Scope {
  return (scopes as readonly string[]).includes(value);
}

/** A key that was presented, found and not revoked. Immutable: it is shared by the requests that use it. */
export interface AuthenticatedKey {
  /** Public part of the key; safe to log. */
  readonly keyId: string;
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** The only tenant the key may see; null: any. */
  readonly tenantId: string | null;
  /** Null: the configured default. */
  readonly requestsPerSecond: number | null;
}

export function hasScope(key: AuthenticatedKey, scope: Scope): boolean {
  return key.scopes.has(scope) || key.scopes.has('admin');
}
