import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { uuidV7 } from '../../../platform/uuid-v7.ts';
import { type CreatedEvaluation, createEvaluation } from '../../../shadow/evaluations/create-evaluation.ts';
import { findEvaluation } from '../../../shadow/evaluations/find-evaluation.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { testLinksOf } from '../tests/create-test.ts';
import { abTestFormSchema, createTestFromForm } from './ab-test-form.ts';
import { acceptedSchema, evaluateBodySchema, linksOf, testAcceptedSchema } from './evaluate-schema.ts';
import { preferredWaitSeconds } from './prefer-wait.ts';
import { resultDocument, resultSchema } from './result-document.ts';
import { toTimeWindow } from './time-window.ts';

const requestSchema = z.union([evaluateBodySchema, abTestFormSchema]);

const route = createRoute({
  method: 'post',
  path: '/shadow/evaluate',
  tags: ['Shadow'],
  summary: 'Replay a rule over labelled traffic',
  description:
    'Stores the rule version and a job. With `Prefer: wait=30` the finished result is answered instead, if it is ' +
    'finished by then. With test_name, control_variant and test_variant it creates an A/B test instead, which live ' +
    'outcomes decide; its results are served under the same path.',
  middleware: [requireScope('shadow:write')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: requestSchema } } } },
  responses: {
    202: {
      description: 'Queued, or the A/B test created.',
      content: { 'application/json': { schema: z.union([acceptedSchema, testAcceptedSchema]) } },
    },
    200: {
      description: 'Finished while waiting.',
      content: { 'application/json': { schema: resultSchema } },
    },
  },
});

export function evaluateShadow(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    if ('test_name' in body) {
      const { testId, status } = await createTestFromForm(deps, c.get('key'), body);
      c.header('Location', `/shadow/results/${testId}`);
      return c.json({ test_id: testId, eval_id: testId, status, links: testLinksOf(testId) }, 202);
    }
    const created = await createFromBody(deps, c.get('key'), body);
    await remind(deps, created, c.get('log'));

    const waitSeconds = preferredWaitSeconds(c.req.header('prefer'));
    if (waitSeconds > 0) {
      c.header('Preference-Applied', `wait=${waitSeconds}`);
      const finished = await waitForResult(deps, created.evalId, waitSeconds, c.req.raw.signal);
      if (finished !== null) return c.json(finished, 200);
    }
    c.header('Location', linksOf(created.evalId).self);
    return c.json(
      {
        eval_id: created.evalId,
        rule_id: body.rule_id,
        rule_hash: created.ruleHash,
        status: 'queued' as const,
        links: linksOf(created.evalId),
      },
      202,
    );
  });
}

async function createFromBody(
  deps: ApiDeps,
  key: AppEnv['Variables']['key'],
  body: z.infer<typeof evaluateBodySchema>,
): Promise<CreatedEvaluation> {
  const tenantId = resolveTenant(key, body.tenant_id, 'body.tenant_id');
  const { baseline } = body;
  return createEvaluation(deps.pool, uuidV7, {
    tenantId,
    ruleId: body.rule_id,
    ruleName: body.rule_name ?? body.rule_id,
    rule: await deps.parseRule(body.rule_type, body.rule_config, 'body.rule_config'),
    baseline:
      baseline === undefined
        ? null
        : await deps.parseRule(baseline.rule_type, baseline.rule_config, 'body.baseline.rule_config'),
    dataset: body.dataset,
    sampleSize: body.sample_size ?? null,
    ...toTimeWindow(body.time_window, deps.clock()),
  });
}

/** The row is stored and a worker's poll would find it: a queue that is away delays the evaluation, no more. */
async function remind(
  deps: ApiDeps,
  created: CreatedEvaluation,
  log: AppEnv['Variables']['log'],
): Promise<void> {
  try {
    await deps.evaluations.enqueue({ evalId: created.evalId, lane: created.lane, attempts: 0 });
  } catch (error) {
    log.warn({ err: error, eval_id: created.evalId }, 'could not enqueue the evaluation; the poll will');
  }
}

async function waitForResult(deps: ApiDeps, evalId: string, seconds: number, gone: AbortSignal) {
  const signal = AbortSignal.any([AbortSignal.timeout(seconds * 1000), gone, deps.stopping]);
  for await (const state of deps.evaluationWatch.states(evalId, signal)) {
    if (state.status !== 'completed' && state.status !== 'failed') continue;
    const evaluation = await findEvaluation(deps.pool, evalId, null);
    return evaluation === null ? null : resultDocument(evaluation);
  }
  return null;
}
