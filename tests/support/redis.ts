import { inject } from 'vitest';
import type {} from './provided.ts';

/**
 * The run's Redis, shared by all test files: use a key prefix or a database number of your own. Undefined where no
 * Redis could be had; the Redis half of a test is skipped then.
 *
 * @example
 * describe.skipIf(redisUrl() === undefined)('on Redis', () => { … });
 */
export function redisUrl(): string | undefined {
  return inject('redisUrl');
}
