import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { operationRoute } from './operation-route.ts';

/** `/credits/purchase` is the older name of the same. */
export function topUpCredits(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  for (const path of ['/credits/topup', '/credits/purchase']) {
    operationRoute(app, deps, {
      op: 'topup',
      path,
      summary: 'Give credits to a tenant',
      description:
        'Adds a grant; the first one makes the tenant. Grants burn by priority, then by expiry, then by age. A payment token ' +
        'is encrypted at rest and only ever shown masked.',
      refusals: { 422: 'The idempotency key was used for another request.' },
    });
  }
}
