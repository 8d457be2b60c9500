import { z } from '@hono/zod-openapi';

/** A query parameter that counts entries. */
export function count(description: string) {
  return z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).describe(description);
}

export const base64 = z.base64();
