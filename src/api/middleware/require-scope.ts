import type { MiddlewareHandler } from 'hono';
import { ForbiddenError } from '../../platform/errors.ts';
import { hasScope, type Scope } from '../../platform/keys/scopes.ts';
import type { AppEnv } from '../context.ts';

/**
 * Lets only keys with `scope` (or `admin`) through; put it in a route's `middleware`. Not an async function: a request
 * that passes costs no promise of its own.
 *
 * @throws ForbiddenError, answered as 403.
 * @example createRoute({ …, middleware: [requireScope('shadow:write')] as const })
 */
export function requireScope(scope: Scope): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const key = c.get('key');
    if (!hasScope(key, scope)) {
      throw new ForbiddenError(
        `key "${key.name}" lacks the scope ${scope}; it has ${[...key.scopes].join(', ')}`,
      );
    }
    return next();
  };
}
