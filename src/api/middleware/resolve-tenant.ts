import { InvalidRequestError, NotFoundError } from '../../platform/errors.ts';
import type { AuthenticatedKey } from '../../platform/keys/scopes.ts';
import { tenantIdFault } from '../../platform/tenant-id.ts';

export const defaultTenant = 'default';

/**
 * The tenant a request is about: the key's own, else the one it names, else `default`.
 *
 * @param requested `tenant_id` of the query or body.
 * @throws NotFoundError when the key is bound to another tenant: what it may not see does not exist.
 * @throws InvalidRequestError when the name is not a tenant's.
 */
export function resolveTenant(
  key: AuthenticatedKey,
  requested?: string | undefined,
  location = 'query.tenant_id',
): string {
  if (requested === undefined) return key.tenantId ?? defaultTenant;
  const fault = tenantIdFault(requested);
  if (fault !== null) {
    throw new InvalidRequestError(`tenant_id ${fault}`, { errors: [{ location, message: fault }] });
  }
  if (key.tenantId !== null && key.tenantId !== requested) throw new NotFoundError('there is no such tenant');
  return requested;
}
