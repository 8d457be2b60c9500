import { BulkheadRejectedError, bulkhead } from 'cockatiel';
import { UnavailableError } from '../errors.ts';

/**
 * Lets so many calls run at once and so many wait, so that heavy ones leave connections to the others.
 *
 * @throws UnavailableError `overloaded` past both.
 * @example
 * const heavy = createBulkhead({ atOnce: 2, waiting: 32 });
 * const report = await heavy(() => readReport(pool, query));
 */
export function createBulkhead(limits: {
  atOnce: number;
  waiting: number;
}): <T>(work: () => Promise<T>) => Promise<T> {
  const policy = bulkhead(limits.atOnce, limits.waiting);
  return async (work) => {
    try {
      return await policy.execute(work);
    } catch (error) {
      if (!(error instanceof BulkheadRejectedError)) throw error;
      throw new UnavailableError('overloaded', 'too many requests of this kind are being answered', {
        cause: error,
        retryAfterSeconds: 2,
      });
    }
  };
}
