import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { findCheckpoint } from '../../../audit/checkpoints/find-checkpoint.ts';
import { NotFoundError } from '../../../platform/errors.ts';
import type { ApiDeps, AppEnv } from '../../context.ts';
import { count } from './query-fields.ts';

const route = createRoute({
  method: 'get',
  path: '/audit/checkpoint',
  tags: ['Audit'],
  summary: 'Read a published checkpoint',
  description:
    'A C2SP signed note (tlog-checkpoint): origin, size and root, signed by the log and cosigned by the witness where it ' +
    'was. Needs no key.',
  security: [],
  request: {
    query: z.strictObject({ size: count('An older one, of this size. Default: the newest.').optional() }),
  },
  responses: {
    200: { description: 'The note.', content: { 'text/plain': { schema: z.string() } } },
  },
});

/** A published checkpoint never changes, but the newest is soon another, and cosignatures come later. */
export function showCheckpoint(app: OpenAPIHono<AppEnv>, deps: ApiDeps): void {
  app.openapi(route, async (c) => {
    const { size } = c.req.valid('query');
    const found = await findCheckpoint(deps.pool, size);
    if (found === null) {
      const what = size === undefined ? 'no checkpoint was' : `no checkpoint of ${size} entries was`;
      throw new NotFoundError(`${what} published`);
    }
    return c.text(found.note, 200, { 'content-type': 'text/plain; charset=utf-8' });
  });
}
