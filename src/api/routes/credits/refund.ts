import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { operationRoute } from './operation-route.ts';

export function refundSpend(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  operationRoute(app, deps, {
    op: 'refund',
    path: '/credits/refund',
    summary: 'Give back what was spent',
    description:
      'Of a consume or a commit, in full or in parts, never more in all than was spent. It goes back to the grants that ' +
      'paid, the one that burned last first; what goes back to an expired grant expires at once.',
    refusals: {
      404: 'No such transaction of the tenant.',
      409: 'More than is left of the spend; `refundable` says how much that is.',
      422: 'The idempotency key was used for another request.',
    },
  });
}
