import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { operationRoute, spendRefusals } from './operation-route.ts';

export function reserveCredits(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  operationRoute(app, deps, {
    op: 'reserve',
    path: '/credits/reserve',
    summary: 'Hold credits for a while',
    description:
      'Held credits count in `balance` and not in `available`. The hold ends once: by commit, cancel or expiry.',
    refusals: spendRefusals,
  });
}
