import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { holdRefusals, operationRoute } from './operation-route.ts';

export function cancelReservation(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  operationRoute(app, deps, {
    op: 'cancel',
    path: '/credits/cancel',
    summary: 'Release what is held',
    description:
      'The credits go back to the grants they came from; those whose grant expired meanwhile expire at once.',
    refusals: holdRefusals,
  });
}
