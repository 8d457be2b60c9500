import { z } from '@hono/zod-openapi';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** A circuit breaker as `Guard.stats` tells of it. */
export const breakerSchema = z
  .object({
    name: z.string(),
    state: z.enum(['closed', 'half_open', 'open']),
    counts: z
      .object({ success: count, failure: count, timeout: count, rejected: count })
      .describe('Calls since the process began; rejected ones were not made.'),
    rates: z.object({
      window_seconds: z.int(),
      calls_per_second: z.number().min(0),
      failure_rate: share.describe('Failed and timed out, of the calls made.'),
      rejection_rate: share.describe('Not made, of all that were wanted.'),
    }),
    failures_in_a_row: count,
    failures_to_open: count,
    times_opened: count,
  })
  .openapi('CircuitBreaker');
