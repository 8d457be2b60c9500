import { z } from 'zod';
import { isField } from './fields.ts';
import { maxMagnitude } from './limits.ts';

/** A strict object whose message for an unknown field lists the fields there are. */
export function knownFields<Shape extends z.ZodRawShape>(what: string, shape: Shape) {
  const known = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) => {
      if (issue.code !== 'unrecognized_keys') return undefined;
      const names = (issue.keys ?? []).map((key) => JSON.stringify(key)).join(', ');
      return `unknown field ${names} in ${what}; known fields: ${known}`;
    },
  });
}

/** One of the fields in `allowed`, where `headers.<name>` stands for every header name. */
export function fieldName(allowed: readonly string[]) {
  return z.string().check((context) => {
    if (isField(context.value, allowed)) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: `unknown field ${JSON.stringify(context.value)}; known fields: ${allowed.join(', ')}`,
    });
  });
}

/** A number that arithmetic stays exact enough on. */
export function boundedNumber(minimum: number) {
  return z.number().min(minimum).max(maxMagnitude);
}
