import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import { findRuleVersion, type VersionChoice } from '../../../shadow/rule-versions/find-rule-version.ts';
import { ruleTypes } from '../../../shadow/rules/rule-types.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { requireScope } from '../../middleware/require-scope.ts';
import { resolveTenant } from '../../middleware/resolve-tenant.ts';
import { ruleIdSchema, storedRuleConfigSchema } from './rule-config-schema.ts';

const querySchema = z.strictObject({
  tenant_id: z.string().optional(),
  version: z.coerce.number().int().min(1).max(2_147_483_647).optional().describe('Default: the newest.'),
  rule_hash: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
});

const ruleSchema = z
  .object({
    rule_id: z.string(),
    version: z.int().min(1),
    rule_hash: z.string(),
    rule_name: z.string(),
    rule_type: z.enum(ruleTypes),
    rule_config: storedRuleConfigSchema,
    created_at: z.iso.datetime(),
  })
  .openapi('RuleVersion');

const route = createRoute({
  method: 'get',
  path: '/shadow/rules/{rule_id}',
  tags: ['Shadow'],
  summary: 'Read a version of a rule',
  middleware: [requireScope('shadow:read')] as const,
  request: { params: z.object({ rule_id: ruleIdSchema }), query: querySchema },
  responses: {
    200: {
      description: 'The newest version, or the one asked for.',
      content: { 'application/json': { schema: ruleSchema } },
    },
  },
});

export function readRule(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { rule_id } = c.req.valid('param');
    const { tenant_id, version, rule_hash } = c.req.valid('query');
    const tenantId = resolveTenant(c.get('key'), tenant_id);
    const choice: VersionChoice =
      rule_hash !== undefined ? { hash: rule_hash } : version !== undefined ? { version } : 'latest';
    const rule = await findRuleVersion(deps.pool, tenantId, rule_id, choice);
    // With both, the version of the hash must be the one of the number.
    if (rule === null || (version !== undefined && rule.version !== version)) {
      throw new NotFoundError(`tenant "${tenantId}" has no such version of a rule "${rule_id}"`);
    }
    return c.json({ ...rule, created_at: rule.created_at.toISOString() }, 200);
  });
}
