import type { Pool } from 'pg';
import type { Vault } from '../../audit/vault/vault.ts';
import { sql } from '../../platform/database/sql.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { AddressRefusedError } from './checked-lookup.ts';
import { postWebhook, shownHost } from './post-webhook.ts';
import { retryDelayMs } from './retry-delay.ts';
import { secretPlace } from './set-threshold.ts';
import { webhookHeaders } from './sign-webhook.ts';

export interface DeliverWebhooksDeps {
  pool: Pool;
  vault: Vault;
  log: Logger;
  metrics: Metrics;
  allowedAddresses: readonly string[];
  /** Milliseconds since the epoch. */
  clock: () => number;
  random: () => number;
}

/** Receivers are asked to answer at once and work afterwards. */
const attemptTimeoutMs = 10_000;
/** A worker that dies in an attempt has its deliveries taken by another after this long. */
const takenMs = 60_000;
/** Slow receivers of some tenants hold up those of others for one attempt at most. */
const attemptsAtOnce = 16;
/** Past these the next run goes on, so that a run ends. */
const roundsMax = 20;
const errorLengthMax = 500;

interface DeliveryRow {
  alert_id: string;
  tenant_id: string;
  attempts: number;
  deadline_at: Date;
  threshold: number;
  available: number;
  created_at: Date;
  webhook_id: string | null;
  url: string;
  secret_sealed: Buffer;
}

/** How an attempt ended; `delivered` by any 2xx. */
interface Attempt {
  status: number | null;
  error: string | null;
  result: 'delivered' | 'retry' | 'refused';
}

/** Sends the webhooks that are due, each once; what fails is due again later, until its deadline. */
export async function deliverWebhooks(deps: DeliverWebhooksDeps, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < roundsMax && !signal.aborted; round++) {
    const { rows } = await deps.pool.query<DeliveryRow>(sql(import.meta.url, './sql/take-deliveries.sql'), [
      attemptsAtOnce,
      takenMs,
    ]);
    await Promise.all(rows.map((row) => deliver(deps, row, signal)));
    if (rows.length < attemptsAtOnce) break;
  }
  const { rows } = await deps.pool.query<{ pending: number }>(
    sql(import.meta.url, './sql/count-pending.sql'),
  );
  deps.metrics.gauge('credits_webhooks_pending').set(rows[0]!.pending);
}

async function deliver(deps: DeliverWebhooksDeps, row: DeliveryRow, signal: AbortSignal): Promise<void> {
  if (row.webhook_id === null) {
    await record(deps, row, 'given_up', 0, { status: null, error: 'the webhook was removed' });
    return;
  }
  const attempt = await send(deps, row, row.webhook_id, signal);
  // The worker is stopping: the delivery becomes due again, as if it had not been taken.
  if (signal.aborted && attempt.result !== 'delivered') return;
  const delayMs = retryDelayMs(row.attempts, deps.random());
  const isOver = deps.clock() + delayMs >= row.deadline_at.getTime();
  const state = attempt.result === 'delivered' ? 'delivered' : isOver ? 'given_up' : 'pending';
  await record(deps, row, state, delayMs, attempt);
  const result = state === 'given_up' ? 'given_up' : attempt.result;
  deps.metrics.counter('credits_webhook_deliveries_total').inc({ result });
  const { alert_id, tenant_id, attempts } = row;
  const { status, error } = attempt;
  const facts = { alert_id, tenant_id, attempts, host: shownHost(row.url), status, error, state };
  if (state === 'delivered') deps.log.info({ event: 'webhook_delivered', ...facts }, 'webhook delivered');
  else deps.log.warn({ event: 'webhook_failed', ...facts }, 'webhook not delivered');
}

async function send(
  deps: DeliverWebhooksDeps,
  row: DeliveryRow,
  webhookId: string,
  signal: AbortSignal,
): Promise<Attempt> {
  try {
    const secret = await deps.vault.open(secretPlace(row.tenant_id, webhookId), row.secret_sealed);
    const body = bodyOf(row);
    const timestampSeconds = Math.floor(deps.clock() / 1000);
    const status = await postWebhook(row.url, {
      headers: webhookHeaders(secret, { id: row.alert_id, timestampSeconds, body }),
      body,
      allowedAddresses: deps.allowedAddresses,
      timeoutMs: attemptTimeoutMs,
      signal,
    });
    if (status >= 200 && status <= 299) return { status, error: null, result: 'delivered' };
    const error = status >= 300 && status <= 399 ? 'it redirects, and redirects are not followed' : null;
    return { status, error, result: 'retry' };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const result = thrown instanceof AddressRefusedError ? 'refused' : 'retry';
    return { status: null, error: message.slice(0, errorLengthMax), result };
  }
}

/** Standard Webhooks: a type, when it happened, and the data. */
function bodyOf(row: DeliveryRow): string {
  return JSON.stringify({
    type: 'credits.low_balance',
    timestamp: row.created_at.toISOString(),
    data: {
      alert_id: row.alert_id,
      tenant_id: row.tenant_id,
      threshold: row.threshold,
      available: row.available,
    },
  });
}

async function record(
  { pool }: DeliverWebhooksDeps,
  { alert_id }: DeliveryRow,
  state: 'pending' | 'delivered' | 'given_up',
  delayMs: number,
  { status, error }: Pick<Attempt, 'status' | 'error'>,
): Promise<void> {
  const values = [alert_id, state, delayMs, status, error];
  await pool.query(sql(import.meta.url, './sql/record-attempt.sql'), values);
}
