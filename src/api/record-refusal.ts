import type { Context } from 'hono';
import { insertEvents } from '../audit/events/insert-events.ts';
import { recordEvent } from '../audit/events/record-event.ts';
import { type AssayError, isAdminRefused, isAssayError } from '../platform/errors.ts';
import type { ApiDeps, AppEnv } from './context.ts';
import { routeOf } from './middleware/observe.ts';

/** Refusals that are facts: whose it is, what is there, in what state. A malformed request asked for nothing yet. */
const refusingStatuses: ReadonlySet<number> = new Set([403, 404, 409, 410, 422]);

/**
 * Writes to the audit log that an admin action was refused, before the refusal is answered: because the key lacks `admin`,
 * or because it has it and reached for another tenant's, for what is not there or may not be had any more. A log that
 * cannot be written to does not turn the refusal into anything else.
 */
export async function recordRefusal(
  { pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>,
  c: Context<AppEnv>,
  error: unknown,
): Promise<void> {
  if (!isRefusedAdminAction(c, error)) return;
  const key = c.get('key');
  const event = recordEvent(
    {
      action: 'admin.refused',
      actor: key.keyId,
      tenantId: key.tenantId,
      // The pattern, not the path: what stands in a path may be anything.
      details: { method: c.req.method, route: routeOf(c), request_id: c.get('requestId') },
      refusedBecause: error.code,
    },
    clock(),
  );
  try {
    await insertEvents(pool, [event]);
  } catch (cause) {
    c.get('log').error({ err: cause, event }, 'a refused admin action could not be written to the audit log');
  }
}

function isRefusedAdminAction(c: Context<AppEnv>, error: unknown): error is AssayError {
  if (isAdminRefused(error)) return true;
  return c.get('isAdminAction') === true && isAssayError(error) && refusingStatuses.has(error.status);
}
