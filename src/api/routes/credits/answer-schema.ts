import { z } from '@hono/zod-openapi';

const credits = z.int().min(0);
const success = z.literal(true);

/** What each operation answers with 200. */
export const answerSchemas = {
  topup: z
    .object({
      success,
      transaction_id: z.uuid(),
      grant_id: z.uuid(),
      balance: credits,
      message: z.string(),
    })
    .openapi('Topup'),
  consume: z
    .object({ success, transaction_id: z.uuid(), balance: credits, message: z.string() })
    .openapi('Consumption'),
  reserve: z
    .object({
      success,
      reservation_id: z.uuid(),
      expires_at: z.iso.datetime(),
      balance: credits.describe('Held credits included.'),
      available: credits,
    })
    .openapi('Reservation'),
  commit: z
    .object({ success, transaction_id: z.uuid(), balance: credits, available: credits })
    .openapi('CommittedReservation'),
  cancel: z.object({ success, available: credits }).openapi('CancelledReservation'),
  refund: z.object({ success, transaction_id: z.uuid(), balance: credits }).openapi('RefundedSpend'),
} as const;

export const keyHeader = z.object({
  'idempotency-key': z.string().max(255).optional().describe('The same as `idempotency_key`.'),
});
