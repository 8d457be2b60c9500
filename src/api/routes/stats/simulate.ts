import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { InvalidRequestError, NotFoundError } from '../../../platform/errors.ts';
import { uuidV7 } from '../../../platform/uuid-v7.ts';
import {
  createSimulation,
  findSimulation,
  type Simulation,
  simulationEffortMax,
} from '../../../shadow/simulations/simulation.ts';
import { posterior } from '../../../stats/beta-shape.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { armSchema, priorSchema } from './arm-schema.ts';

const armsMax = 64;

const bodySchema = z
  .strictObject({
    arms: z.array(armSchema).min(2).max(armsMax),
    draws: z
      .number()
      .int()
      .min(100)
      .max(simulationEffortMax / 2)
      .default(10_000),
    seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(1),
    prior: priorSchema,
    tenant_id: z.string().optional(),
  })
  .openapi('SimulateRequest');

const simulationSchema = z
  .object({
    simulation_id: z.string(),
    status: z.enum(['queued', 'completed']),
    links: z.object({ self: z.string() }),
    draws: z.number().int(),
    seed: z.number().int(),
    arms: z
      .array(
        z.object({
          mean: z.number(),
          probability_best: z.number(),
          expected_loss: z.number(),
          quantiles: z.object({ p2_5: z.number(), p50: z.number(), p97_5: z.number() }),
        }),
      )
      .nullable()
      .describe('In the order given; null until completed.'),
  })
  .openapi('Simulation');

const content = { 'application/json': { schema: simulationSchema } };

const createSimulationRoute = createRoute({
  method: 'post',
  path: '/stats/simulate',
  tags: ['Statistics'],
  summary: 'Draw from the posteriors of several arms: P(best) and expected loss of each',
  description: 'The same request and seed give the same result, on any number of threads.',
  middleware: [requireScope('shadow:read')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: { 202: { description: 'Queued; poll links.self.', content } },
});

const readSimulationRoute = createRoute({
  method: 'get',
  path: '/stats/simulations/{simulation_id}',
  tags: ['Statistics'],
  summary: 'Read a simulation',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: z.object({ simulation_id: z.string().openapi({ format: 'uuid' }) }) },
  responses: { 200: { description: 'As it stands.', content } },
});

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function simulateRates(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(createSimulationRoute, async (c) => {
    const { arms, draws, seed, prior, tenant_id } = c.req.valid('json');
    const tenantId = resolveTenant(c.get('key'), tenant_id, 'body.tenant_id');
    if (draws * arms.length > simulationEffortMax) {
      const message = `${draws} draws of ${arms.length} arms are more than ${simulationEffortMax} together`;
      throw new InvalidRequestError(message, { errors: [{ location: 'body.draws', message }] });
    }
    const id = uuidV7();
    const shapes = arms.map(({ successes, trials }) => posterior(successes, trials, prior));
    await createSimulation(deps.pool, id, tenantId, { shapes, draws, seed });
    try {
      await deps.simulations.enqueue(id);
    } catch (error) {
      c.get('log').warn({ err: error, simulation_id: id }, 'could not enqueue the simulation; the poll will');
    }
    const document = {
      simulation_id: id,
      status: 'queued' as const,
      links: linksOf(id),
      draws,
      seed,
      arms: null,
    };
    c.header('Location', document.links.self);
    return c.json(document, 202);
  });
  app.openapi(readSimulationRoute, async (c) => {
    const { simulation_id: id } = c.req.valid('param');
    const found = uuidPattern.test(id) ? await findSimulation(deps.pool, id, c.get('key').tenantId) : null;
    if (found === null) throw new NotFoundError(`no simulation "${id}"`);
    return c.json(documentOf(found), 200);
  });
}

const linksOf = (id: string) => ({ self: `/stats/simulations/${id}` });

function documentOf({ simulationId, request, result }: Simulation): z.infer<typeof simulationSchema> {
  return {
    simulation_id: simulationId,
    status: result === null ? 'queued' : 'completed',
    links: linksOf(simulationId),
    draws: request.draws,
    seed: request.seed,
    arms:
      result?.map(({ mean, probabilityBest, expectedLoss, quantiles }) => ({
        mean,
        probability_best: probabilityBest,
        expected_loss: expectedLoss,
        quantiles,
      })) ?? null,
  };
}
