import { type OpenAPIHono, z } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { postJson } from '../../post-json.ts';
import { answerSchemas, keyHeader } from './answer-schema.ts';
import { keyField, type OperationBody, operationFields, tenantField } from './operation-schema.ts';
import { idempotencyKeyOf, idempotencyOf } from './read-idempotency.ts';
import { readOperation } from './read-operation.ts';
import { sendAnswer } from './send-answer.ts';

export interface OperationRoute {
  op: OperationBody['op'];
  path: string;
  summary: string;
  description: string;
  /** Statuses besides 200, and what they mean here. */
  refusals: Record<number, string>;
}

/** A route that applies one operation: the six differ in their fields and in what can be refused. */
export function operationRoute(app: OpenAPIHono<AppEnv>, deps: ApiDeps, route: OperationRoute): void {
  const { op, path, summary, description } = route;
  const body = z.strictObject({ ...tenantField, ...operationFields[op], ...keyField });
  const answers = Object.entries(route.refusals).map(([status, meaning]) => [
    status,
    { description: meaning },
  ]);
  const config = {
    path,
    tags: ['Credits'],
    summary,
    description,
    scope: 'credits:write' as const,
    headers: keyHeader,
    body,
    responses: {
      200: { description: 'Applied.', content: { 'application/json': { schema: answerSchemas[op] } } },
      ...Object.fromEntries(answers),
    },
  };
  postJson(app, config, async (c, sent) => {
    const key = c.get('key');
    const tenantId = resolveTenant(key, sent.tenant_id, 'body.tenant_id');
    const idempotencyKey = idempotencyKeyOf(c, sent.idempotency_key);
    const read = readOperation({ op, ...sent } as OperationBody, tenantId, deps.vault);
    const operation = read instanceof Promise ? await read : read;
    const idempotency = idempotencyOf(idempotencyKey, [op, sent], deps.fingerprint);
    const envelope = { requestId: c.get('requestId'), actor: key.keyId };
    return sendAnswer(c, await deps.ledger.apply({ operation, idempotency }, envelope));
  });
}

const reused = 'The idempotency key was used for another request.';
export const spendRefusals = {
  402: 'Not enough credits; `available` says how many there are.',
  404: 'No such tenant.',
  422: reused,
};
export const holdRefusals = {
  404: 'No such reservation of the tenant.',
  409: 'The reservation has been committed or cancelled before.',
  410: 'The reservation expired.',
  422: reused,
};
