import type { Context } from 'hono';
import { insertEvents } from '../audit/events/insert-events.ts';
import { recordEvent } from '../audit/events/record-event.ts';
import { isAdminRefused } from '../platform/errors.ts';
import type { ApiDeps, AppEnv } from './context.ts';
import { routeOf } from './middleware/observe.ts';

/**
 * Writes to the audit log that a key was refused what takes `admin`, before the refusal is answered. A log that cannot be
 * written to does not turn the refusal into anything else.
 */
export async function recordRefusal(
  { pool, clock }: Pick<ApiDeps, 'pool' | 'clock'>,
  c: Context<AppEnv>,
  error: unknown,
): Promise<void> {
  if (!isAdminRefused(error)) return;
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
