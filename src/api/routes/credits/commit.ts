import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { holdRefusals, operationRoute } from './operation-route.ts';

export function commitReservation(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  operationRoute(app, deps, {
    op: 'commit',
    path: '/credits/commit',
    summary: 'Spend what is held',
    description: 'In full, or in part; then the rest is released.',
    refusals: holdRefusals,
  });
}
