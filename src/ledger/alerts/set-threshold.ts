import type { Pool } from 'pg';
import type { SubjectContext } from '../../audit/vault/seal-context.ts';
import type { Vault } from '../../audit/vault/vault.ts';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { InvalidRequestError, NotFoundError } from '../../platform/errors.ts';
import { uuidV7 } from '../../platform/uuid-v7.ts';
import { makeWebhookSecret } from './sign-webhook.ts';
import { webhookUrlFault } from './webhook-url.ts';

export interface ThresholdDeps {
  pool: Pool;
  vault: Vault;
  /** Ranges that webhooks may be sent to though they are private. */
  allowedAddresses: readonly string[];
}

export interface Threshold {
  tenantId: string;
  /** The alert is raised when less than this is available; null: never. */
  threshold: number | null;
  /** Undefined leaves the webhook as it is; null removes it. */
  webhookUrl: string | null | undefined;
}

export interface ThresholdSet {
  threshold: number | null;
  /** Credits available when it was set. */
  available: number;
  webhook: { webhookId: string; url: string; secret: string | null } | null;
}

/**
 * Sets a tenant's low-balance alert and where it is sent. The webhook's secret is made here, kept sealed and returned this
 * once; the same URL keeps its secret.
 *
 * @throws NotFoundError when there is no such tenant.
 * @throws InvalidRequestError when alerts cannot be sent to the URL.
 */
export async function setThreshold(deps: ThresholdDeps, wanted: Threshold): Promise<ThresholdSet> {
  const { tenantId, threshold, webhookUrl } = wanted;
  if (typeof webhookUrl === 'string') await assertSendable(webhookUrl, deps.allowedAddresses);
  const secret = makeWebhookSecret();
  const webhookId = uuidV7();
  // Sealed before the transaction: a first seal makes a data key of the tenant's, in one of its own.
  const sealed =
    typeof webhookUrl === 'string' ? await deps.vault.seal(secretPlace(tenantId, webhookId), secret) : null;
  return withTransaction(deps.pool, async (client) => {
    const { rows } = await client.query<{ available: number }>(
      sql(import.meta.url, './sql/set-threshold.sql'),
      [tenantId, threshold],
    );
    const account = rows[0];
    if (account === undefined) throw new NotFoundError('there is no such tenant; its first top-up makes it');
    // From here on the account's row is locked: of two callers with the same new URL, one is shown its secret.
    const known = await findWebhook(client, tenantId);
    if (webhookUrl === null) await client.query(sql(import.meta.url, './sql/remove-webhook.sql'), [tenantId]);
    const isNew = typeof webhookUrl === 'string' && known?.url !== webhookUrl;
    if (isNew) {
      const values = [tenantId, webhookId, webhookUrl, sealed];
      await client.query(sql(import.meta.url, './sql/store-webhook.sql'), values);
    }
    const webhook = await findWebhook(client, tenantId);
    return {
      threshold,
      available: account.available,
      webhook: webhook === undefined ? null : { ...webhook, secret: isNew ? secret : null },
    };
  });
}

/** Where a webhook's secret is sealed. */
export function secretPlace(tenantId: string, webhookId: string): SubjectContext {
  return {
    tenantId,
    subject: 'credits.webhooks',
    table: 'credits.webhooks',
    column: 'secret_sealed',
    eventId: webhookId,
  };
}

async function assertSendable(url: string, allowedAddresses: readonly string[]): Promise<void> {
  const fault = await webhookUrlFault(url, allowedAddresses);
  if (fault === null) return;
  throw new InvalidRequestError(`webhook_url ${fault}`, {
    errors: [{ location: 'body.webhook_url', message: fault }],
  });
}

async function findWebhook(
  db: Pick<Pool, 'query'>,
  tenantId: string,
): Promise<{ webhookId: string; url: string } | undefined> {
  const { rows } = await db.query<{ webhook_id: string; url: string }>(
    sql(import.meta.url, './sql/find-webhook.sql'),
    [tenantId],
  );
  return rows[0] === undefined ? undefined : { webhookId: rows[0].webhook_id, url: rows[0].url };
}
