import { z } from '@hono/zod-openapi';

const storable = (text: string) => text.isWellFormed() && !text.includes('\0');
const unstorable = 'holds a character that cannot be stored: U+0000 or half of a surrogate pair';

const text = (lengthMax: number) => z.string().max(lengthMax).refine(storable, unstorable);

/** Enough for an order with its lines; a transfer is no document store. */
const metadataBytesMax = 16_384;

export const amountSchema = z
  .int()
  .min(1)
  .max(Number.MAX_SAFE_INTEGER)
  .describe('Whole credits, 1 to 9,007,199,254,740,991.');

export const tenantField = {
  tenant_id: z.string().optional().describe('Default: the key’s own, or `default`.'),
};

export const keyField = {
  idempotency_key: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Or the `Idempotency-Key` header; both must agree. Kept for 48 hours by default.'),
};

const noteFields = {
  description: text(1_024).optional(),
  reference: text(255).optional().describe('An id of yours, such as an order number.'),
  metadata: z
    .record(z.string(), z.unknown())
    .refine(
      (value) => JSON.stringify(value).length <= metadataBytesMax,
      `is longer than ${metadataBytesMax} bytes`,
    )
    // The escapes of JSON text; a backslash before one would be doubled there, which is refused too, and rare.
    .refine((value) => !/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(value)), unstorable)
    .optional(),
};

/** Of each operation, the fields it takes beside tenant and key. */
export const operationFields = {
  topup: {
    amount: amountSchema,
    payment_method: text(64).optional(),
    payment_token: z
      .string()
      .min(1)
      .max(4_096)
      .optional()
      .describe('Encrypted at rest, only ever shown masked.'),
    expires_at: z.iso
      .datetime({ offset: true })
      .refine((value) => Date.parse(value) < Date.UTC(9999, 0), 'is beyond the year 9998')
      .optional()
      .describe('When what is left of the grant expires. Default: never.'),
    priority: z.int32().optional().describe('Lower burns first. Default: 0.'),
    ...noteFields,
  },
  consume: { amount: amountSchema, ...noteFields },
  reserve: {
    amount: amountSchema,
    ttl_seconds: z
      .int()
      .min(1)
      .max(7 * 24 * 3600)
      .optional()
      .describe('How long the credits are held; at most a week. Default: 300.'),
  },
  commit: {
    reservation_id: z.string().min(1).max(128),
    amount: amountSchema.optional().describe('Less than is held releases the rest. Default: all of it.'),
  },
  cancel: { reservation_id: z.string().min(1).max(128) },
  refund: {
    transaction_id: z.string().min(1).max(128),
    amount: amountSchema.optional().describe('Default: all that is left of the spend.'),
  },
} as const;

export const operationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('topup'), ...tenantField, ...keyField, ...operationFields.topup }),
  z.strictObject({ op: z.literal('consume'), ...tenantField, ...keyField, ...operationFields.consume }),
  z.strictObject({ op: z.literal('reserve'), ...tenantField, ...keyField, ...operationFields.reserve }),
  z.strictObject({ op: z.literal('commit'), ...tenantField, ...keyField, ...operationFields.commit }),
  z.strictObject({ op: z.literal('cancel'), ...tenantField, ...keyField, ...operationFields.cancel }),
  z.strictObject({ op: z.literal('refund'), ...tenantField, ...keyField, ...operationFields.refund }),
]);

/** A request as it is sent, with its kind; the tenant is already known. */
export type OperationBody = z.output<typeof operationSchema>;
