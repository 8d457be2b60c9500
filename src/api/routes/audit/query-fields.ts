import { z } from '@hono/zod-openapi';
import { InvalidRequestError } from '../../../platform/errors.ts';

/** A query parameter that counts entries, in digits: `Number` alone would take an empty one for 0. */
export function count(description: string) {
  return z
    .string()
    .regex(/^\d{1,16}$/, 'expected a whole number')
    .transform(Number)
    .refine(Number.isSafeInteger, 'expected a whole number below 2⁵³')
    .openapi({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });
}

/** @throws InvalidRequestError when a stretch of entries ends before it begins. */
export function assertRange({ from, to }: { from?: number | undefined; to?: number | undefined }): void {
  if (from === undefined || to === undefined || from <= to) return;
  const message = `expected at most to (${to}), found ${from}`;
  throw new InvalidRequestError(message, { errors: [{ location: 'query.from', message }] });
}

export const base64 = z.base64();
