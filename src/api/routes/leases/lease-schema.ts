import { z } from '@hono/zod-openapi';
import type { AuthenticatedKey } from '../../../platform/keys/scopes.ts';
import { maskSensitiveText } from '../../../platform/sensitive-text/mask-sensitive-text.ts';

/** Whether it holds a card number, token or key, by the rules of masking: a time in milliseconds is none. */
const isHarmless = (text: string) => maskSensitiveText(text) === text;
const harmful = { error: 'looks like a card number, a token or a key; use another name' };

/** Of a process or a kernel: any text that no two of them share. */
export const markSchema = z.string().min(1).max(128).refine(isHarmless, harmful);

/** A pod's or process's name; no slash, which parts it from its owner. */
export const instanceSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:@-]{0,252}$/, 'must be 1 to 253 letters, digits or . _ : @ -')
  .refine(isHarmless, harmful)
  .describe('Names the sidecar, the same after a restart: the pod’s name.');

export const epochSchema = z.int().min(1).max(Number.MAX_SAFE_INTEGER);

export const leaseStates = ['active', 'settled', 'unresolved', 'burned', 'restored'] as const;

/** Whose a sidecar is: two tenants may name theirs alike. */
export function ownerOf(key: AuthenticatedKey): string {
  return key.tenantId ?? '*';
}
