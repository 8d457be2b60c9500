import { hash } from 'node:crypto';
import { z } from '@hono/zod-openapi';
import type { Request } from '../../../ledger/engine/create-ledger.ts';
import type { Idempotency } from '../../../ledger/operation.ts';
import { NotFoundError } from '../../../platform/errors.ts';
import type { AuthenticatedKey } from '../../../platform/keys/scopes.ts';
import type { ApiDeps } from '../../context.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { keyField, type OperationBody, operationSchema } from './operation-schema.ts';
import { idempotencyOf } from './read-idempotency.ts';
import { readOperation } from './read-operation.ts';

/** As many as the largest batches of comparable ledgers; their locks are held for a few hundred milliseconds. */
const operationsMax = 8_190;

export const batchSchema = z
  .strictObject({
    mode: z.enum(['independent', 'atomic']),
    operations: z.array(operationSchema).min(1).max(operationsMax),
    tenant_id: z.string().optional().describe('Of the operations that name none. Default: as everywhere.'),
    ...keyField,
  })
  .openapi('BatchRequest');
type BatchBody = z.output<typeof batchSchema>;

/** An operation for the ledger, or why it does not get there: its tenant is none that the key may see. */
export type BatchOperation = Request | NotFoundError;

/** The batch's idempotency key is among those of its first operation's tenant: its operations may be of several. */
export function tenantOfKey(key: AuthenticatedKey, { tenant_id, operations }: BatchBody): string {
  if (tenant_id !== undefined || key.tenantId !== null)
    return resolveTenant(key, tenant_id, 'body.tenant_id');
  return resolveTenant(key, operations[0]!.tenant_id, 'body.operations[0].tenant_id');
}

/** The operations in their order. */
export async function readBatch(
  key: AuthenticatedKey,
  { mode, operations, tenant_id }: BatchBody,
  batch: Idempotency | null,
  deps: ApiDeps,
): Promise<BatchOperation[]> {
  const requests: BatchOperation[] = [];
  for (const [i, body] of operations.entries()) {
    const tenantId = visibleTenant(key, body.tenant_id ?? tenant_id, `body.operations[${i}].tenant_id`);
    if (tenantId instanceof NotFoundError) {
      requests.push(tenantId);
      continue;
    }
    const read = readOperation(body, tenantId, deps.vault);
    const operation = read instanceof Promise ? await read : read;
    const own = requestIdempotency(body, deps);
    const fromBatch = mode === 'independent' ? derived(batch, i) : null;
    requests.push({ operation, idempotency: own ?? fromBatch });
  }
  return requests;
}

function visibleTenant(
  key: AuthenticatedKey,
  named: string | undefined,
  location: string,
): string | NotFoundError {
  try {
    return resolveTenant(key, named, location);
  } catch (error) {
    if (error instanceof NotFoundError) return error;
    throw error;
  }
}

/** @throws NotFoundError that names the first operation of another tenant, as a refusal of the ledger would. */
export function assertAllOwn(requests: readonly BatchOperation[]): Request[] {
  return requests.map((request, i) => {
    if (!(request instanceof NotFoundError)) return request;
    const extra = { failed_index: i, operations: requests.length, applied: 0 };
    throw new NotFoundError(request.message, { extra });
  });
}

/**
 * Operations that are applied one by one take keys of their own from the batch's: a batch that was cut off in the middle
 * and is sent again does the rest, and is answered as a whole. What is hashed is no text a caller could send as a key.
 */
function derived(batch: Idempotency | null, place: number): Idempotency | null {
  if (batch === null) return null;
  const where = Buffer.alloc(4);
  where.writeUInt32BE(place);
  const keySha256 = hash('sha256', Buffer.concat([batch.keySha256, where]), 'buffer');
  return { keySha256, requestSha256: batch.requestSha256 };
}

function requestIdempotency({ op, ...body }: OperationBody, deps: ApiDeps): Idempotency | null {
  return idempotencyOf(body.idempotency_key, [op, body], deps.fingerprint);
}
