import { z } from '@hono/zod-openapi';
import { parseTimestamp } from '../../../shadow/samples/parse-timestamp.ts';
import { callersId } from './test-schema.ts';

/** One transaction's worth, for which other batches of the test wait, and about a megabyte of body. */
export const observationsMax = 10_000;

const instant = z.union([z.number().int(), z.string()]).transform((value, context) => {
  try {
    return new Date(parseTimestamp(value));
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

/** What observations of a test and of a canary have in common. */
export const observationFields = {
  id: callersId.describe('Repeated ids are ignored.'),
  variant_id: z.string(),
  latency_ms: z.number().min(0).max(1e12).optional(),
  error: z.boolean().optional(),
  at: instant.optional().openapi({ type: 'string', format: 'date-time' }),
};

export const recordedSchema = z
  .object({ accepted: z.number().int(), duplicates: z.number().int() })
  .openapi('ObservationsRecorded');
