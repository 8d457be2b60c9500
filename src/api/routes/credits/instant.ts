import { z } from '@hono/zod-openapi';

/** A moment in a query, RFC 3339 with a zone; digits past the millisecond are cut, as the ledger has none. */
export const instantSchema = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
