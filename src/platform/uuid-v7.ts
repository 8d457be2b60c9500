import { randomUUID } from 'node:crypto';

/**
 * A UUID version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then random ones, so that ids made one after
 * another stand together in an index.
 *
 * The random bits are those of `randomUUID`, which draws them in advance by the hundred: every request takes one.
 */
export function uuidV7(now: number = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
