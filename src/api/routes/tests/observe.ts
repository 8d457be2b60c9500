import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createPseudonym, type Pseudonym } from '../../../audit/vault/pseudonym.ts';
import { InvalidRequestError } from '../../../platform/errors.ts';
import { type Observation, recordObservations } from '../../../shadow/tests/record-observations.ts';
import { arms } from '../../../shadow/tests/test-plan.ts';
import type { TestRecord } from '../../../shadow/tests/test-record.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { observationFields, observationsMax, recordedSchema } from './observation-schema.ts';
import { requireTest, testIdParams } from './require-test.ts';
import { callersId } from './test-schema.ts';

const observationSchema = z.strictObject({
  ...observationFields,
  unit: callersId.optional().describe('Default: id. Its first outcome counts in the test.'),
  assignment_id: z
    .string()
    .max(200)
    .optional()
    .describe('As assign answered it; for the caller’s own records.'),
  success: z.boolean(),
});

const bodySchema = z
  .strictObject({ observations: z.array(observationSchema).min(1).max(observationsMax) })
  .openapi('ObservationsRequest');

const route = createRoute({
  method: 'post',
  path: '/shadow/tests/{test_id}/observations',
  tags: ['Tests'],
  summary: 'Report what happened to units',
  description:
    'In the order of assignment, at most 10,000 a call. The first outcome of a unit counts in the test, all count in ' +
    'the error and latency guardrails.',
  middleware: [requireScope('shadow:write')] as const,
  request: {
    params: testIdParams,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: { description: 'Counted.', content: { 'application/json': { schema: recordedSchema } } },
  },
});

export function observeAbTest(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const pseudonym = createPseudonym(deps.config.fingerprintKey);
  app.openapi(route, async (c) => {
    const test = await requireTest(deps, c.get('key'), c.req.valid('param').test_id);
    const now = new Date(deps.clock());
    const observations = c.req
      .valid('json')
      .observations.map((given, index) => readOne(test, given, index, now, pseudonym));
    const recorded = await recordObservations(deps.judgePool, test.testId, observations);
    deps.recentTests.forget(test.testId);
    return c.json(recorded, 200);
  });
}

function readOne(
  test: TestRecord,
  given: z.infer<typeof observationSchema>,
  index: number,
  now: Date,
  pseudonym: Pseudonym,
): Observation {
  const arm = arms.find((candidate) => test.variants[candidate].variantId === given.variant_id);
  if (arm === undefined) {
    const location = `body.observations[${index}].variant_id`;
    const known = test.variants.map(({ variantId, name }) => `${variantId} (${name})`).join(', ');
    const message = `is no variant of this test; its variants are ${known}`;
    throw new InvalidRequestError(`${location}: ${message}`, { errors: [{ location, message }] });
  }
  return {
    id: pseudonym(given.id),
    arm,
    unit: pseudonym(given.unit ?? given.id),
    success: given.success,
    error: given.error ?? false,
    latencyMs: given.latency_ms ?? null,
    at: given.at ?? now,
  };
}
