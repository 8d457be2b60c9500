import { OpenAPIHono } from '@hono/zod-openapi';
import type { Pool } from 'pg';
import pino from 'pino';
import type { ApiDeps, AppEnv } from '../../src/api/context.ts';
import { deleteSampleDataset } from '../../src/api/routes/samples/delete-dataset.ts';
import { listSampleDatasets } from '../../src/api/routes/samples/list-datasets.ts';
import { uploadSamples } from '../../src/api/routes/samples/upload-samples.ts';
import { isAssayError } from '../../src/platform/errors.ts';
import type { AuthenticatedKey, Scope } from '../../src/platform/keys/scopes.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { BatchView } from '../../src/shadow/batch/batch-view.ts';
import { textColumns } from '../../src/shadow/batch/sample.ts';

/** The key of a request: which tenant it is bound to, and what it may do. */
export interface TestKey {
  tenantId?: string;
  scopes?: Scope[];
}

/** The routes of samples and nothing else, with a key of our choice in place of the middleware that looks one up. */
export function samplesApp(pool: Pool, testKey: TestKey = {}): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result, c) => {
      if (result.success) return undefined;
      return c.json({ status: 400, code: 'invalid_request', detail: result.error.message }, 400);
    },
  });
  const key: AuthenticatedKey = {
    keyId: 'test',
    name: 'test',
    scopes: new Set(testKey.scopes ?? ['shadow:read', 'shadow:write']),
    tenantId: testKey.tenantId ?? null,
    requestsPerSecond: null,
  };
  app.use(async (c, next) => {
    c.set('key', key);
    c.set('log', pino({ level: 'silent' }));
    await next();
  });
  app.onError((error, c) => {
    if (!isAssayError(error)) throw error;
    return c.json({ status: error.status, code: error.code, detail: error.message }, error.status as 400);
  });
  const deps = { pool, metrics: createMetrics(), clock: () => 1_700_000_000_000 } as ApiDeps;
  uploadSamples(app, deps);
  listSampleDatasets(app, deps);
  deleteSampleDataset(app, deps);
  return app;
}

export type StoredSample = Record<(typeof textColumns)[number], string | null> & {
  ordinal: number;
  at: number;
  isAttack: boolean;
  attackType: string | null;
};

/** Every sample of a dataset, in order of arrival, unpacked from what is stored. */
export async function storedSamples(pool: Pool, tenantId: string, name: string): Promise<StoredSample[]> {
  const { rows } = await pool.query<{ body: Buffer; ordinal: number }>(
    `SELECT body, (first_ordinal + first_index)::float8 AS ordinal
     FROM shadow.datasets JOIN shadow.uploads USING (dataset_id) JOIN shadow.sample_chunks USING (dataset_id, upload_id)
     WHERE tenant_id = $1 AND name = $2
     ORDER BY ordinal`,
    [tenantId, name],
  );
  return rows.flatMap(({ body, ordinal }) => {
    const view = new BatchView(body);
    return Array.from({ length: view.count }, (_, i) => ({
      ...(Object.fromEntries(textColumns.map((column) => [column, view.text(column, i)])) as Record<
        (typeof textColumns)[number],
        string | null
      >),
      ordinal: ordinal + i,
      at: view.at[i]!,
      isAttack: view.isAttack(i),
      attackType: view.attackType(i),
    }));
  });
}

/** What is in the tables at all, seen or not: the uploads and chunks that a failed upload must not leave. */
export async function rowCounts(pool: Pool): Promise<{ uploads: number; chunks: number; visible: number }> {
  const { rows } = await pool.query<{ uploads: number; chunks: number; visible: number }>(
    `SELECT (SELECT count(*) FROM shadow.uploads)::int AS uploads,
       (SELECT count(*) FROM shadow.sample_chunks)::int AS chunks,
       (SELECT count(*) FROM shadow.datasets WHERE version > 0)::int AS visible`,
  );
  return rows[0]!;
}
