import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { AssayError, NotFoundError } from '../platform/errors.ts';
import type { AppEnv } from './context.ts';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** 405 with `Allow` where the path exists with other methods, else 404. */
export function notFound(app: OpenAPIHono<AppEnv>, c: Context<AppEnv>): AssayError {
  const path = c.req.path;
  const allowed = methods.filter((method) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method === method),
  );
  if (allowed.length === 0) return new NotFoundError('there is nothing at this path; see /docs');
  c.header('Allow', allowed.join(', '));
  return new AssayError(
    405,
    'method_not_allowed',
    `this path takes ${allowed.join(', ')}, not ${c.req.method}`,
  );
}
