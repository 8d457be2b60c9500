import { sharedOwner } from '../../../shadow/samples/find-dataset.ts';
import type { AppEnv } from '../../context.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';

/** Whose dataset a request means: the tenant it names or is bound to, else the one shared with every tenant. */
export function datasetOwner(key: AppEnv['Variables']['key'], tenantId: string | undefined): string {
  if (tenantId === undefined && key.tenantId === null) return sharedOwner;
  return resolveTenant(key, tenantId);
}
