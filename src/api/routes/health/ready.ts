import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { pendingMigrations } from '../../../platform/database/migrate.ts';
import type { AppEnv, HealthDeps, ReadinessCheck } from '../../context.ts';
import { type CheckResult, checkDependencies } from './check-dependencies.ts';

const readiness = z
  .object({
    status: z.enum(['ready', 'not_ready']),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), duration_ms: z.number().int() })),
  })
  .openapi('Readiness');

const content = { 'application/json': { schema: readiness } };

const route = createRoute({
  method: 'get',
  path: '/ready',
  tags: ['Operation'],
  summary: 'May requests be sent here?',
  security: [],
  responses: {
    200: { description: 'Every dependency answers.', content },
    503: { description: 'Some dependency does not; `checks` says which, the log says why.', content },
  },
});

/** The path is public, so that its checks run at most once in this time however often it is asked. */
const cachedMs = 1_000;

export function readyHealth(app: OpenAPIHono<AppEnv>, deps: HealthDeps): void {
  const checks = { ...ownChecks(deps), ...deps.readinessChecks };
  let latest: { at: number; results: Promise<Record<string, CheckResult>> } | undefined;

  function results(): Promise<Record<string, CheckResult>> {
    const now = deps.clock();
    if (latest === undefined || Math.abs(now - latest.at) >= cachedMs) {
      const onFailure = (name: string, err: unknown) => deps.log.warn({ check: name, err }, 'not ready');
      latest = { at: now, results: checkDependencies(checks, onFailure) };
    }
    return latest.results;
  }

  app.openapi(route, async (c) => {
    const found = await results();
    const isReady = !deps.stopping.aborted && Object.values(found).every((check) => check.ok);
    return c.json(
      { status: isReady ? ('ready' as const) : ('not_ready' as const), checks: found },
      isReady ? 200 : 503,
    );
  });
}

function ownChecks(deps: HealthDeps): Record<string, ReadinessCheck> {
  const { pool, redis } = deps;
  return {
    database: async () => {
      await pool.query('SELECT 1');
    },
    migrations: async () => {
      const pending = await pendingMigrations(pool);
      if (pending.length > 0) throw new Error(`not applied: ${pending.join(', ')}; run assay migrate`);
    },
    ...(redis === undefined
      ? {}
      : {
          redis: async () => {
            await redis.ping();
          },
        }),
  };
}
