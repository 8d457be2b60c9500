import { z } from '@hono/zod-openapi';
import { uuidV7 } from '../../../platform/uuid-v7.ts';
import { storeRuleVersion } from '../../../shadow/rule-versions/store-rule-version.ts';
import { type CreatedTest, createTest, type NewVariant } from '../../../shadow/tests/create-test.ts';
import { resolveVariant } from '../../../shadow/tests/resolve-variant.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { ruleConfigSchema, ruleIdSchema, ruleNameSchema } from '../rules/rule-config-schema.ts';
import { planOfBody, sharesOf } from '../tests/plan-of-body.ts';
import { planFields, ruleHashSchema } from '../tests/test-schema.ts';

const variantObject = z.strictObject({
  name: ruleNameSchema.optional(),
  rule_id: ruleIdSchema.optional(),
  rule_hash: ruleHashSchema.optional(),
  rule_name: ruleNameSchema.optional(),
  rule_type: z.string().optional(),
  rule_config: ruleConfigSchema.optional().describe('Stored as a version of rule_id, or of the name.'),
  traffic_percentage: z.number().gt(0).lt(100).optional(),
});

const variantSchema = z
  .union([ruleNameSchema, variantObject])
  .describe('A name, which is also the id of a rule where there is such a rule, or an object.');

const { min_sample_size, max_duration_s, ...planDefaults } = planFields;

/** The other form of `POST /shadow/evaluate`: it names two variants, and live outcomes decide between them. */
export const abTestFormSchema = z
  .strictObject({
    test_name: ruleNameSchema,
    control_variant: variantSchema,
    test_variant: variantSchema,
    confidence_level: z.number().gt(0.5).lt(1).default(0.95).describe('alpha is 1 − confidence_level.'),
    min_sample_size,
    max_duration_s,
    tenant_id: z.string().optional(),
  })
  .openapi('EvaluateAbTestRequest');

type Form = z.infer<typeof abTestFormSchema>;
type Role = 'control_variant' | 'test_variant';

/** 1 − 0.95 is 0.050000000000000044 in binary; nobody asked for that. */
const alphaDigits = 12;

/**
 * Creates the A/B test a form asks for; it runs from now on.
 *
 * @throws ConflictError `name_taken`; InvalidRequestError for variants that cannot be.
 */
export async function createTestFromForm(
  deps: ApiDeps,
  key: AppEnv['Variables']['key'],
  form: Form,
): Promise<CreatedTest> {
  const tenantId = resolveTenant(key, form.tenant_id, 'body.tenant_id');
  const shares = sharesOf(
    percentageOf(form.control_variant),
    percentageOf(form.test_variant),
    'body.test_variant.traffic_percentage',
  );
  const plan = planOfBody(
    {
      ...z.object(planDefaults).parse({}),
      min_sample_size: form.min_sample_size,
      max_duration_s: form.max_duration_s,
      alpha: Number((1 - form.confidence_level).toFixed(alphaDigits)),
      probability_threshold: form.confidence_level,
    },
    shares,
  );
  const control = await variantOf(deps, tenantId, form.control_variant, 'control_variant');
  const test = await variantOf(deps, tenantId, form.test_variant, 'test_variant');
  return createTest(deps.judgePool, uuidV7, {
    tenantId,
    name: form.test_name,
    plan,
    variants: [control, test],
    startNow: true,
  });
}

const percentageOf = (variant: Form[Role]) =>
  typeof variant === 'string' ? undefined : variant.traffic_percentage;

async function variantOf(
  deps: ApiDeps,
  tenantId: string,
  given: Form[Role],
  role: Role,
): Promise<NewVariant> {
  const location = `body.${role}`;
  if (typeof given === 'string') {
    const variant = await resolveVariant(deps.pool, tenantId, { ruleId: given }, location);
    return variant.ruleHash === null ? { ...variant, ruleId: null } : variant;
  }
  const name = given.name ?? given.rule_name ?? given.rule_id ?? role;
  const ruleId = given.rule_id ?? (given.rule_config === undefined ? undefined : name);
  if (given.rule_config !== undefined) {
    const config = await deps.parseRule(given.rule_type, given.rule_config, `${location}.rule_config`);
    const stored = await storeRuleVersion(deps.pool, { tenantId, ruleId: ruleId!, ruleName: name, config });
    return { name, ruleId: stored.rule_id, ruleHash: stored.rule_hash };
  }
  return resolveVariant(deps.pool, tenantId, { name, ruleId, ruleHash: given.rule_hash }, location);
}
