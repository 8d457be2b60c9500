import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { createPseudonym } from '../../../audit/vault/pseudonym.ts';
import { InvalidRequestError } from '../../../platform/errors.ts';
import type { Deployment } from '../../../shadow/deployments/deployment.ts';
import {
  type CanaryObservation,
  recordCanaryObservations,
} from '../../../shadow/deployments/record-canary-observations.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { observationFields, observationsMax, recordedSchema } from '../tests/observation-schema.ts';
import { callersId } from '../tests/test-schema.ts';
import { deploymentIdParams, requireDeployment } from './require-deployment.ts';

const observationSchema = z.strictObject({
  ...observationFields,
  success: z.boolean().optional().describe('Without `error`, what was no success counts as an error.'),
  unit: callersId.optional().describe('For the caller’s own records: every outcome counts.'),
  assignment_id: z.string().max(200).optional(),
});

const bodySchema = z
  .strictObject({ observations: z.array(observationSchema).min(1).max(observationsMax) })
  .openapi('CanaryObservationsRequest');

const route = createRoute({
  method: 'post',
  path: '/shadow/canaries/{deployment_id}/observations',
  tags: ['Deployments'],
  summary: 'Report outcomes of a rollout',
  description:
    'Of the canary and of the baseline beside it, in the order they happened, at most 10,000 a call. A call that is ' +
    'repeated counts once.',
  middleware: [requireScope('shadow:write')] as const,
  request: {
    params: deploymentIdParams,
    body: { required: true, content: { 'application/json': { schema: bodySchema } } },
  },
  responses: {
    200: { description: 'Counted.', content: { 'application/json': { schema: recordedSchema } } },
    409: { description: '`canary_finished`.' },
  },
});

export function observeCanary(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  const pseudonym = createPseudonym(deps.config.fingerprintKey);
  app.openapi(route, async (c) => {
    const deployment = await requireDeployment(deps, c.get('key'), c.req.valid('param').deployment_id);
    const now = new Date(deps.clock());
    const observations = c.req
      .valid('json')
      .observations.map((given, index) =>
        readOne(deployment, { ...given, id: pseudonym(given.id) }, index, now),
      );
    return c.json(await recordCanaryObservations(deps.judgePool, deployment.deploymentId, observations), 200);
  });
}

function readOne(
  { canaryVariantId, baselineVariantId }: Deployment,
  given: z.infer<typeof observationSchema>,
  index: number,
  now: Date,
): CanaryObservation {
  const isCanary = given.variant_id === canaryVariantId;
  if (!isCanary && given.variant_id !== baselineVariantId) {
    const location = `body.observations[${index}].variant_id`;
    const message = `is no variant of this deployment; they are ${canaryVariantId} (canary) and ${baselineVariantId} (baseline)`;
    throw new InvalidRequestError(`${location}: ${message}`, { errors: [{ location, message }] });
  }
  return {
    id: given.id,
    arm: isCanary ? 'canary' : 'baseline',
    error: given.error ?? given.success === false,
    latencyMs: given.latency_ms ?? null,
    at: given.at ?? now,
  };
}
