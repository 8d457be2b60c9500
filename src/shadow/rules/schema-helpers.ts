import { z } from 'zod';
import { isField } from './fields.ts';
import { maxMagnitude } from './limits.ts';

/** A strict object; the message for unknown fields lists those there are, and the caller names which is unknown. */
export function knownFields<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  const message = `known fields of ${what}: ${Object.keys(shape).join(', ')}`;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? message : undefined),
  });
}

/** A rule within a rule: checked by its own type, once the rule round it has been. */
export const subRule = z.unknown();

/** One of the fields in `allowed`, where `headers.<name>` stands for every header name. */
export function fieldName(allowed: readonly string[]) {
  const known = allowed.join(', ');
  return z
    .string()
    .check((context) => {
      if (isField(context.value, allowed)) return;
      context.issues.push({
        code: 'custom',
        input: context.value,
        message: `unknown field ${JSON.stringify(context.value)}; known fields: ${known}`,
      });
    })
    .meta({ description: `One of ${known}.` });
}

/** A number that arithmetic stays exact enough on. */
export function boundedNumber(minimum: number) {
  return z.number().min(minimum).max(maxMagnitude);
}
