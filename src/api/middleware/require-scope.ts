import type { MiddlewareHandler } from 'hono';
import { AdminRefusedError, ForbiddenError } from '../../platform/errors.ts';
import { type AuthenticatedKey, hasScope, type Scope } from '../../platform/keys/scopes.ts';
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
    assertScope(c.get('key'), scope);
    if (scope === 'admin') c.set('isAdminAction', true);
    return next();
  };
}

/** The same for what keys of several kinds may do. */
export function requireAnyScope(scopes: readonly [Scope, ...Scope[]]): MiddlewareHandler<AppEnv> {
  return (c, next) => {
    const key = c.get('key');
    if (!scopes.some((scope) => hasScope(key, scope))) assertScope(key, scopes[0]);
    return next();
  };
}

/** @throws ForbiddenError, answered as 403. */
export function assertScope(key: AuthenticatedKey, scope: Scope): void {
  if (hasScope(key, scope)) return;
  const Refused = scope === 'admin' ? AdminRefusedError : ForbiddenError;
  throw new Refused(`key "${key.name}" lacks the scope ${scope}; it has ${[...key.scopes].join(', ')}`);
}
