import type { AuthenticatedKey } from '../../../platform/keys/scopes.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';

/** The tenant whose entries a key may see, or asked for; null: all. */
export function tenantToShow(key: AuthenticatedKey, requested: string | undefined): string | null {
  if (requested === undefined && key.tenantId === null) return null;
  return resolveTenant(key, requested);
}
