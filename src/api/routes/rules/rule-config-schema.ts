import { z } from '@hono/zod-openapi';
import { identifierFault } from '../../../platform/sensitive-text/identifier-fault.ts';
import { maskSensitiveText } from '../../../platform/sensitive-text/mask-sensitive-text.ts';
import type { RuleConfig } from '../../../shadow/rules/rule-config.ts';
import { ruleSchemas, ruleTypes } from '../../../shadow/rules/rule-types.ts';
import { subRule } from '../../../shadow/rules/schema-helpers.ts';

/** What each type may hold, out of the very schemas that check it, for the OpenAPI document. */
const documentedTypes = ruleTypes.map((type) => {
  const { $schema: _, ...schema } = z.toJSONSchema(ruleSchemas[type], {
    io: 'input',
    override({ zodSchema, jsonSchema }) {
      // Only the outermost `type` may be left out.
      if (zodSchema === subRule)
        jsonSchema.allOf = [{ $ref: '#/components/schemas/RuleConfig' }, { required: ['type'] }];
    },
  });
  const required = schema.required?.filter((name) => name !== 'type');
  return { title: type, ...schema, required } as Record<string, unknown>;
});

/**
 * A rule in a request body, passed on as it came: `parseRuleConfig` checks it, with better answers than a union of
 * schemas would give. Not `z.record`, which drops a `__proto__` key where it shall be refused.
 */
export const ruleConfigSchema = z
  .unknown()
  .refine((value) => value !== undefined, { error: 'a rule configuration is missing' })
  .openapi('RuleConfig', {
    type: 'object',
    oneOf: documentedTypes,
    description:
      'A rule of one of five types; docs/reference/rules.md says what each means. `type` may be left out where ' +
      '`rule_type` stands beside it.',
    example: { type: 'signature', pattern: "' OR '1'='1" },
  });

/** A stored rule in an answer. */
export const storedRuleConfigSchema = z.custom<RuleConfig>().openapi({
  type: 'object',
  description: 'In normal form: every default written out.',
});

/** Well-formed and without control characters: identifiers stand in logs and URLs, and PostgreSQL stores no U+0000. */
export const plainText = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'holds a control character or half of a surrogate pair',
  });

/** An identifier is refused, since a masked one would name something else; a name for people is masked. */
export const ruleIdSchema = plainText
  .superRefine((id, context) => {
    const fault = identifierFault(id);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  })
  .describe('Versions of a rule share it.');
export const ruleNameSchema = plainText.overwrite((name) => maskSensitiveText(name)).describe('For people.');
