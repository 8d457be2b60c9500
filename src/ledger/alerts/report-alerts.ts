import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import type { Logger } from '../../platform/log/logger.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import { deliveryDeadlineMs } from './retry-delay.ts';

/** Alerts of one transaction; more are taken by the next round. */
const alertsAtOnce = 200;
const roundsMax = 50;

export interface ReportAlertsDeps {
  pool: Pool;
  log: Logger;
  metrics: Metrics;
}

interface AlertRow {
  alert_id: string;
  tenant_id: string;
  threshold: number;
  available: number;
  created_at: Date;
}

/**
 * Reports alerts that were raised since the last time, as a log event and in the metrics, and promises their delivery to
 * the tenant's webhook. An alert that was logged by a worker which died before it committed is logged once more.
 *
 * @returns how many.
 */
export async function reportAlerts(deps: ReportAlertsDeps): Promise<number> {
  let reported = 0;
  for (let round = 0; round < roundsMax; round++) {
    const count = await reportSome(deps);
    reported += count;
    if (count < alertsAtOnce) break;
  }
  return reported;
}

function reportSome({ pool, log, metrics }: ReportAlertsDeps): Promise<number> {
  return withTransaction(pool, async (client) => {
    const { rows } = await client.query<AlertRow>(sql(import.meta.url, './sql/claim-alerts.sql'), [
      alertsAtOnce,
    ]);
    if (rows.length === 0) return 0;
    for (const { alert_id, tenant_id, threshold, available, created_at } of rows) {
      const facts = { alert_id, tenant_id, threshold, available, created_at };
      log.warn({ event: 'credits_low_balance', ...facts }, 'a balance fell below its threshold');
    }
    await client.query(sql(import.meta.url, './sql/mark-reported.sql'), [
      rows.map((row) => row.alert_id),
      deliveryDeadlineMs,
    ]);
    metrics.counter('credits_alerts_total').inc(rows.length);
    return rows.length;
  });
}
