import { hash } from 'node:crypto';
import type { Holder } from '../operation.ts';

/**
 * The id of the lease that a request of a holder is given: the same request, sent again, finds it. A UUID of version 8 (RFC
 * 9562, section 5.8) from the SHA-256 of what makes the request.
 */
export function leaseIdOf({ owner, instance, epoch }: Holder, tenantId: string, requestId: string): string {
  const hex = hash('sha256', JSON.stringify([owner, instance, epoch, tenantId, requestId]));
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
