import { z } from '@hono/zod-openapi';
import { parseDuration } from '../../../shadow/evaluations/time-window.ts';
import { parseTimestamp } from '../../../shadow/samples/parse-timestamp.ts';

const instant = z.union([z.number().int(), z.string()]).transform((value, context) => {
  try {
    return parseTimestamp(value);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null) return { last_ms: ms };
  context.addIssue({
    code: 'custom',
    message: `"${text}" is no duration; expected such as "15m", "24h" or "7d"`,
  });
  return z.NEVER;
});

/** `"24h"`, or `{from, to}` in RFC 3339 or milliseconds; the start is included, the end is not. */
export const timeWindowSchema = z
  .union([duration, z.strictObject({ from: instant.optional(), to: instant.optional() })])
  .openapi({
    type: ['string', 'object'],
    description:
      'A duration back from now ("15m", "24h", "7d") or {from, to}; `from` is included, `to` is not.',
    example: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  });

export interface TimeWindow {
  windowFrom: number | null;
  windowTo: number | null;
}

export function toTimeWindow(window: z.infer<typeof timeWindowSchema> | undefined, now: number): TimeWindow {
  if (window === undefined) return { windowFrom: null, windowTo: null };
  if ('last_ms' in window) return { windowFrom: now - window.last_ms, windowTo: null };
  return { windowFrom: window.from ?? null, windowTo: window.to ?? null };
}
