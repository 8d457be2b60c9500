import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { InvalidRequestError } from '../../../platform/errors.ts';
import { maskSensitiveText } from '../../../platform/sensitive-text/mask-sensitive-text.ts';
import { checkDatasetName, defaultDatasetName } from '../../../shadow/samples/dataset-name.ts';
import { ingestSamples } from '../../../shadow/samples/ingest-samples.ts';
import { maxAttackTypeLength } from '../../../shadow/samples/read-sample.ts';
import { UploadSlots } from '../../../shadow/samples/upload-slots.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { datasetOwner } from './dataset-owner.ts';
import { withIdleTimeout } from './idle-timeout.ts';
import { requestBytes } from './request-bytes.ts';
import { isGzip, uploadFormat } from './upload-format.ts';

/** A client that sends nothing for this long has gone, or is a phone in a tunnel; it may start again. */
const maxIdleMs = 30_000;

const querySchema = z.strictObject({
  dataset: z.string().default(defaultDatasetName).openapi({ example: 'default' }),
  tenant_id: z.string().optional().openapi({ description: 'Absent: shared with every tenant.' }),
  label: z
    .enum(['attack', 'benign'])
    .optional()
    .openapi({ description: 'The label of samples that have none. Required for HAR.' }),
  attack_type: z
    .string()
    .min(1)
    .max(maxAttackTypeLength)
    .refine((type) => maskSensitiveText(type) === type, {
      error: 'looks like a card number, a token or a key; a type is a word such as sqli',
    })
    .optional(),
});

const answerSchema = z
  .object({
    dataset: z.string(),
    received: z.int().openapi({ description: 'Lines that were not blank.' }),
    stored: z.int(),
    rejected: z.int(),
    errors: z
      .array(z.object({ line: z.int(), reason: z.string() }))
      .openapi({ description: 'The first 100.' }),
  })
  .openapi('Upload');

// Plain schemas, not zod ones: the body is a stream that nothing may read before the handler does.
const text = { schema: { type: 'string' as const } };

const route = createRoute({
  method: 'post',
  path: '/samples',
  tags: ['Samples'],
  summary: 'Upload labelled traffic',
  description:
    'Streams NDJSON, CSV or HAR, gzip or not, into a dataset. Bad lines are reported and the rest is stored; a body ' +
    'that breaks off stores nothing.',
  middleware: [requireScope('shadow:write')] as const,
  request: {
    query: querySchema,
    body: {
      required: true,
      content: { 'application/x-ndjson': text, 'text/csv': text, 'application/har+json': text },
    },
  },
  responses: {
    200: { description: 'What was stored.', content: { 'application/json': { schema: answerSchema } } },
  },
});

export function uploadSamples(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const slots = UploadSlots.forPool(deps.pool.options.max);
  const counter = deps.metrics.counter('samples_received_total');
  app.openapi(route, async (c) => {
    const query = c.req.valid('query');
    const format = uploadFormat(c.req.header('content-type'));
    if (format === 'har' && query.label === undefined) throw labelMissing();
    const result = await ingestSamples(
      withIdleTimeout(requestBytes(c), maxIdleMs),
      {
        tenantId: datasetOwner(c.get('key'), query.tenant_id),
        dataset: checkDatasetName(query.dataset),
        format,
        gzip: isGzip(c.req.header('content-encoding')),
        label: query.label,
        attackType: query.attack_type,
      },
      { pool: deps.pool, slots, clock: deps.clock },
    );
    const { dataset, received, stored, rejected } = result;
    counter.inc({ result: 'stored' }, stored);
    counter.inc({ result: 'rejected' }, rejected);
    c.get('log').info({ dataset, received, stored, rejected }, 'samples uploaded');
    return c.json(result, 200);
  });
}

function labelMissing(): InvalidRequestError {
  const message =
    'a HAR capture does not say what is an attack: add ?label=attack or ?label=benign. One JSON object a line is ' +
    'sent as application/x-ndjson';
  return new InvalidRequestError(message, { errors: [{ location: 'query.label', message }] });
}
