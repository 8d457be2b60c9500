import { tenantIdFault } from '../../platform/tenant-id.ts';

/** What is wrong with a request, for whoever sent it. */
export interface Invalid {
  location: string;
  message: string;
}

const idLengthMax = 255;
const reserveSecondsMax = 86_400;
const reserveSecondsDefault = 300;

export interface ConsumeBody {
  tenant_id: string;
  amount: number;
  request_id?: string;
}

export type ReserveBody = ConsumeBody & { ttl_seconds: number };

export interface EndBody {
  tenant_id: string;
  reservation_id: string;
  amount: number | null;
}

/** Whatever the parsed body may have had. */
type Given = Record<string, unknown>;

export function readConsume(given: Given): ConsumeBody | Invalid {
  for (const name in given)
    if (name !== 'tenant_id' && name !== 'amount' && name !== 'request_id') return unknownField(name);
  return tenantFault(given) ?? amountFault(given.amount) ?? idFault(given, 'request_id') ?? (given as never);
}

export function readReserve(given: Given): ReserveBody | Invalid {
  const { ttl_seconds: ttl = reserveSecondsDefault, ...rest } = given;
  const isTtl = typeof ttl === 'number' && Number.isInteger(ttl) && ttl >= 1 && ttl <= reserveSecondsMax;
  if (!isTtl) return invalid('ttl_seconds', `expected a whole number from 1 to ${reserveSecondsMax}`);
  const body = readConsume(rest);
  return 'location' in body ? body : { ...body, ttl_seconds: ttl };
}

/** @param mayHaveAmount a commit's may be less than was reserved. */
export function readEnd(given: Given, mayHaveAmount: boolean): EndBody | Invalid {
  const { tenant_id: tenantId, reservation_id: id, amount = null, ...rest } = given;
  const [surplus] = Object.keys(rest);
  if (surplus !== undefined) return unknownField(surplus);
  if (amount !== null && !mayHaveAmount) return unknownField('amount');
  if (typeof id !== 'string' || id.length === 0 || id.length > idLengthMax)
    return invalid('reservation_id', 'expected the id that /reserve answered');
  const fault = tenantFault(given) ?? (amount === null ? null : amountFault(amount));
  return fault ?? { tenant_id: tenantId as string, reservation_id: id, amount: amount as number | null };
}

/** The tenant and the cost that a proxy put in front of a request. */
export function readHeaders(
  tenantId: string | undefined,
  cost: string | undefined,
): { tenant_id: string; amount: number } | Invalid {
  const fault = tenantId === undefined ? 'is missing' : cachedTenantFault(tenantId);
  if (fault !== null) return { location: 'header.x-tenant-id', message: fault };
  if (cost === undefined) return { tenant_id: tenantId!, amount: 1 };
  const amount = /^\d{1,16}$/.test(cost) ? Number(cost) : Number.NaN;
  const costFault = amountFault(amount);
  if (costFault !== null) return { ...costFault, location: 'header.x-credit-cost' };
  return { tenant_id: tenantId!, amount };
}

function tenantFault({ tenant_id: tenantId }: Given): Invalid | null {
  const fault = typeof tenantId === 'string' ? cachedTenantFault(tenantId) : 'must be a text';
  return fault === null ? null : invalid('tenant_id', fault);
}

/** Good names seen lately: looking one through for card numbers takes longer than deciding. As many as the engine keeps tenants. */
const goodNames = new Set<string>();
const goodNamesMax = 10_000;

function cachedTenantFault(tenantId: string): string | null {
  if (goodNames.has(tenantId)) return null;
  const fault = tenantIdFault(tenantId);
  if (fault !== null) return fault;
  if (goodNames.size >= goodNamesMax) goodNames.clear();
  goodNames.add(tenantId);
  return null;
}

function amountFault(amount: unknown): Invalid | null {
  if (Number.isSafeInteger(amount) && (amount as number) >= 1) return null;
  return invalid('amount', `expected a whole number from 1 to ${Number.MAX_SAFE_INTEGER}`);
}

function idFault(given: Given, name: string): Invalid | null {
  const id = given[name];
  if (id === undefined || (typeof id === 'string' && id.length > 0 && id.length <= idLengthMax)) return null;
  return invalid(name, `expected a text of 1 to ${idLengthMax} characters`);
}

function unknownField(name: string): Invalid {
  return invalid(name.slice(0, 60), 'is not a field of this request');
}

function invalid(name: string, message: string): Invalid {
  return { location: `body.${name}`, message };
}
