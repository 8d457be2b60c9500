import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { BatchKey } from '../../../ledger/engine/create-ledger.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { postJson } from '../../post-json.ts';
import { keyHeader } from './answer-schema.ts';
import { applyEach } from './apply-each.ts';
import { assertAllOwn, batchSchema, readBatch, tenantOfKey } from './read-batch.ts';
import { idempotencyKeyOf, idempotencyOf } from './read-idempotency.ts';
import { sendAnswer } from './send-answer.ts';

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
    body: batchSchema,
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
    const batch: BatchKey = {
      tenantId: tenantOfKey(key, body),
      idempotency: idempotencyOf(idempotencyKey, ['batch', body], deps.fingerprint),
    };
    const requests = await readBatch(key, body, batch.idempotency, deps);
    return body.mode === 'atomic'
      ? sendAnswer(c, await deps.ledger.applyAtomically(assertAllOwn(requests), batch, envelope))
      : sendAnswer(c, await applyEach(deps.ledger, requests, batch, envelope));
  });
}
