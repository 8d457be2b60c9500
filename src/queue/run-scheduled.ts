import type { Pool } from 'pg';
import { allowLongTransaction } from '../platform/database/allow-long-transaction.ts';
import { sql } from '../platform/database/sql.ts';
import { withTransaction } from '../platform/database/transaction.ts';
import type { Logger } from '../platform/log/logger.ts';
import type { Metrics } from '../platform/metrics/metrics.ts';
import type { ScheduledJob } from './scheduled-job.ts';

export interface RunScheduledDeps {
  pool: Pool;
  log: Logger;
  metrics: Metrics;
}

/**
 * Runs a job unless another worker is at it (`elsewhere`) or it was begun within the last half of its interval (`lately`):
 * reminders may come twice, from the queue, a starting worker and the poll.
 *
 * @throws whatever the job throws, after counting it.
 */
export async function runScheduled(
  deps: RunScheduledDeps,
  job: ScheduledJob,
  signal: AbortSignal,
): Promise<'done' | 'elsewhere' | 'lately'> {
  const runs = deps.metrics.counter('scheduled_job_runs_total');
  const started = performance.now();
  try {
    const result = await withTransaction(deps.pool, async (client) => {
      await allowLongTransaction(client);
      const { rows } = await client.query<{ locked: boolean }>(
        sql(import.meta.url, './sql/lock-scheduled.sql'),
        [job.name],
      );
      if (!rows[0]!.locked) return 'elsewhere';
      const lately = await client.query(sql(import.meta.url, './sql/find-lately-done.sql'), [
        job.name,
        job.everyMs / 2,
      ]);
      if (lately.rowCount === 1) return 'lately';
      const found = await job.run(signal);
      const report = job.publish === undefined ? null : (found as object);
      await client.query(sql(import.meta.url, './sql/record-scheduled.sql'), [job.name, report]);
      if (report !== null) job.publish!(report);
      return 'done';
    });
    if (result === 'lately') return result;
    runs.inc({ job: job.name, result });
    if (result === 'done') {
      const seconds = (performance.now() - started) / 1000;
      deps.metrics.gauge('scheduled_job_duration_seconds').set({ job: job.name }, seconds);
      deps.log.debug({ job: job.name, seconds }, 'scheduled job done');
    }
    return result;
  } catch (error) {
    runs.inc({ job: job.name, result: 'failed' });
    deps.log.warn({ err: error, job: job.name, stopping: signal.aborted }, 'a scheduled job failed');
    throw error;
  }
}
