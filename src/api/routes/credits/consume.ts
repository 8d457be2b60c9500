import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { operationRoute, spendRefusals } from './operation-route.ts';

export function consumeCredits(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  operationRoute(app, deps, {
    op: 'consume',
    path: '/credits/consume',
    summary: 'Spend credits',
    description: 'All of the amount or nothing. What is answered with 200 is durable.',
    refusals: spendRefusals,
  });
}
