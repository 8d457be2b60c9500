import type { Pool } from 'pg';
import { ExpiringLru } from '../../platform/keys/expiring-lru.ts';
import { findTest, type TestRecord } from './test-record.ts';

/** Running tests as they were a moment ago: what assigning needs, without asking the database each time. */
export interface RecentTests {
  find(testId: string, tenantId: string | null): Promise<TestRecord | null>;
  /** For what this process itself changed. */
  forget(testId: string): void;
}

/** Tests at a time that units are assigned to; a record is about a kilobyte. */
const testsMax = 1_000;
/** So long after another process ended a test, units may still be assigned by its split. */
const keptMs = 1_000;

/** Remembers tests with a fixed split while they run; of the others every assignment may differ. */
export function createRecentTests(pool: Pool, clock: () => number): RecentTests {
  const recent = new ExpiringLru<TestRecord>(testsMax, keptMs, clock);
  return {
    find: async (testId, tenantId) => {
      const id = testId.toLowerCase();
      const known = recent.get(id);
      const test = known ?? (await findTest(pool, id, null));
      if (test === null) return null;
      // Once, so that a test that is asked for all the time is read again too.
      if (known === undefined && test.status === 'running' && test.plan.allocation === 'fixed')
        recent.set(id, test);
      return tenantId === null || test.tenantId === tenantId ? test : null;
    },
    forget: (testId) => recent.delete(testId.toLowerCase()),
  };
}
