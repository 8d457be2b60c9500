import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { Payment } from '../operation.ts';
import { isUuid } from '../uuid.ts';

/** How a top-up was paid; undefined where it said nothing of it, or is none of the tenant's. The token is still sealed. */
export async function findPayment(
  pool: Pool,
  tenantId: string,
  transferId: string,
): Promise<Payment | undefined> {
  if (!isUuid(transferId)) return undefined;
  const { rows } = await pool.query<{
    payment_id: string;
    method: string | null;
    token_masked: string | null;
    token_sealed: Buffer | null;
  }>(sql(import.meta.url, './sql/find-payment.sql'), [tenantId, transferId]);
  const [row] = rows;
  return (
    row && {
      paymentId: row.payment_id,
      method: row.method,
      tokenMasked: row.token_masked,
      tokenSealed: row.token_sealed,
    }
  );
}
