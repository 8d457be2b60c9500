import { hash } from 'node:crypto';
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { BatchKey, Ledger, Request } from '../../../ledger/engine/create-ledger.ts';
import { stepsBody } from '../../../ledger/engine/decide-batch.ts';
import type { Answer, Envelope, Idempotency } from '../../../ledger/operation.ts';
import { isAssayError } from '../../../platform/errors.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { postJson } from '../../post-json.ts';
import { problemText } from '../../problem-text.ts';
import { keyHeader } from './answer-schema.ts';
import { keyField, type OperationBody, operationSchema } from './operation-schema.ts';
import { idempotencyKeyOf, idempotencyOf } from './read-idempotency.ts';
import { readOperation } from './read-operation.ts';
import { sendAnswer } from './send-answer.ts';

/** As many as the largest batches of comparable ledgers; their locks are held for a few hundred milliseconds. */
const operationsMax = 8_190;

const bodySchema = z
  .strictObject({
    mode: z.enum(['independent', 'atomic']),
    operations: z.array(operationSchema).min(1).max(operationsMax),
    ...keyField,
  })
  .openapi('BatchRequest');
type BatchBody = z.output<typeof bodySchema>;

const resultSchema = z
  .object({
    results: z.array(
      z.object({
        status: z.int(),
        body: z.record(z.string(), z.unknown()).describe('What the operation alone would be answered.'),
      }),
    ),
  })
  .openapi('BatchResult');

export function applyBatch(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const route = {
    path: '/credits/batch',
    tags: ['Credits'],
    summary: 'Apply many operations',
    description:
      '`independent`: each for itself, results in their order. `atomic`: all or none; a refusal is answered with the ' +
      'status of the first operation that failed, and `failed_index`.',
    scope: 'credits:write' as const,
    headers: keyHeader,
    body: bodySchema,
    responses: {
      200: { description: 'Results.', content: { 'application/json': { schema: resultSchema } } },
      402: { description: 'Atomic: an operation lacked credits; none was applied.' },
      409: { description: 'Atomic: an operation was refused; none was applied.' },
      422: { description: 'The idempotency key was used for another request.' },
    },
  };
  postJson(app, route, async (c, body) => {
    const key = c.get('key');
    const envelope = { requestId: c.get('requestId'), actor: key.keyId };
    const idempotencyKey = idempotencyKeyOf(c, body.idempotency_key);
    // The batch's key is among those of the key's tenant: its operations may be of several.
    const batch: BatchKey = {
      tenantId: resolveTenant(key),
      idempotency: idempotencyOf(idempotencyKey, ['batch', body], deps.fingerprint),
    };
    const requests = await readRequests(c, body, batch.idempotency, deps);
    return body.mode === 'atomic'
      ? sendAnswer(c, await deps.ledger.applyAtomically(requests, batch, envelope))
      : sendAnswer(c, await applyEach(deps.ledger, requests, batch, envelope));
  });
}

async function readRequests(
  c: Context<AppEnv>,
  { mode, operations }: BatchBody,
  batch: Idempotency | null,
  deps: ApiDeps,
): Promise<Request[]> {
  const key = c.get('key');
  const requests: Request[] = [];
  for (const [i, body] of operations.entries()) {
    const tenantId = resolveTenant(key, body.tenant_id, `body.operations[${i}].tenant_id`);
    const read = readOperation(body, tenantId, deps.vault);
    const operation = read instanceof Promise ? await read : read;
    const own = requestIdempotency(body, deps);
    const fromBatch = mode === 'independent' ? derived(batch, i) : null;
    requests.push({ operation, idempotency: own ?? fromBatch });
  }
  return requests;
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

/** Each for itself. One that the ledger could not take says so in its place. */
async function applyEach(
  ledger: Ledger,
  requests: readonly Request[],
  { tenantId, idempotency }: BatchKey,
  envelope: Envelope,
): Promise<Answer> {
  let replayed = false;
  if (idempotency !== null) {
    const claim = await ledger.claim({ tenantId, idempotency }, envelope);
    if (claim.status !== 200) return claim;
    replayed = claim.replayed;
  }
  const answers = await Promise.all(
    requests.map((request) =>
      ledger.apply(request, envelope).catch((error: unknown) => failure(error, envelope.requestId)),
    ),
  );
  return { status: 200, body: stepsBody(answers), replayed };
}

function failure(error: unknown, requestId: string): Answer {
  if (!isAssayError(error)) throw error;

  return { status: error.status, body: problemText(error, requestId), replayed: false };
}
