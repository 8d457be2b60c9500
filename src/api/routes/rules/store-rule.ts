import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { storeRuleVersion } from '../../../shadow/rule-versions/store-rule-version.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { ruleConfigSchema, ruleIdSchema, ruleNameSchema } from './rule-config-schema.ts';

const bodySchema = z
  .strictObject({
    rule_id: ruleIdSchema,
    rule_name: ruleNameSchema.optional().describe('For people. Default: rule_id.'),
    rule_type: z.string().optional().describe('Default: rule_config.type.'),
    rule_config: ruleConfigSchema,
    tenant_id: z.string().optional(),
  })
  .openapi('StoreRuleRequest');

const storedSchema = z
  .object({
    rule_id: z.string(),
    version: z.int().min(1),
    rule_hash: z.string().describe('`sha256:` and the hash of the canonical normal form.'),
  })
  .openapi('RuleVersionId');

const route = createRoute({
  method: 'post',
  path: '/shadow/rules',
  tags: ['Shadow'],
  summary: 'Store a version of a rule',
  description:
    'A rule that is there already keeps its version: the same normal form, the same hash, the same version.',
  middleware: [requireScope('shadow:write')] as const,
  request: { body: { required: true, content: { 'application/json': { schema: bodySchema } } } },
  responses: {
    200: { description: 'Stored.', content: { 'application/json': { schema: storedSchema } } },
  },
});

export function storeRule(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const body = c.req.valid('json');
    const tenantId = resolveTenant(c.get('key'), body.tenant_id, 'body.tenant_id');
    const config = await deps.parseRule(body.rule_type, body.rule_config, 'body.rule_config');
    const stored = await storeRuleVersion(deps.pool, {
      tenantId,
      ruleId: body.rule_id,
      ruleName: body.rule_name ?? body.rule_id,
      config,
    });
    return c.json(stored, 200);
  });
}
