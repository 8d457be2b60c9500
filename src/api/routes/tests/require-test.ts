import { z } from '@hono/zod-openapi';
import { NotFoundError } from '../../../platform/errors.ts';
import { findTest, type TestRecord } from '../../../shadow/tests/test-record.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';

export const testIdParams = z.object({ test_id: z.string().openapi({ format: 'uuid' }) });

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The test, or null when there is none that the key may see; an id that is no UUID cannot exist. */
export async function findVisibleTest(
  deps: Pick<ApiDeps, 'pool'>,
  key: AppEnv['Variables']['key'],
  testId: string,
): Promise<TestRecord | null> {
  return uuidPattern.test(testId) ? findTest(deps.pool, testId, key.tenantId) : null;
}

/** @throws NotFoundError also for another tenant's test. */
export async function requireTest(
  deps: Pick<ApiDeps, 'pool'>,
  key: AppEnv['Variables']['key'],
  testId: string,
): Promise<TestRecord> {
  return existing(await findVisibleTest(deps, key, testId), testId);
}

/** The same as it was up to a second ago. @throws NotFoundError */
export async function requireRecentTest(
  deps: Pick<ApiDeps, 'recentTests'>,
  key: AppEnv['Variables']['key'],
  testId: string,
): Promise<TestRecord> {
  const test = uuidPattern.test(testId) ? await deps.recentTests.find(testId, key.tenantId) : null;
  return existing(test, testId);
}

function existing(test: TestRecord | null, testId: string): TestRecord {
  if (test !== null) return test;
  throw new NotFoundError(`no test "${testId}"; use the test_id that POST /shadow/tests answered`);
}
