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

/**
 * Remembers tests while they run. Under Thompson sampling a share may so be a second older than the last outcomes, which
 * is allowed: it is drawn with and stored as it is, and comes from past outcomes alone. Requests that miss together wait
 * for one read.
 */
export function createRecentTests(pool: Pool, clock: () => number): RecentTests {
  const recent = new ExpiringLru<TestRecord>(testsMax, keptMs, clock);
  const reading = new Map<string, Promise<TestRecord | null>>();

  const read = async (id: string): Promise<TestRecord | null> => {
    const promise = findTest(pool, id, null);
    reading.set(id, promise);
    try {
      const test = await promise;
      // What was forgotten meanwhile may have been read before it was changed.
      if (reading.get(id) === promise && test?.status === 'running') recent.set(id, test);
      return test;
    } finally {
      if (reading.get(id) === promise) reading.delete(id);
    }
  };

  return {
    find: async (testId, tenantId) => {
      const id = testId.toLowerCase();
      const test = recent.get(id) ?? (await (reading.get(id) ?? read(id)));
      if (test === null) return null;
      return tenantId === null || test.tenantId === tenantId ? test : null;
    },
    forget: (testId) => {
      const id = testId.toLowerCase();
      recent.delete(id);
      reading.delete(id);
    },
  };
}
