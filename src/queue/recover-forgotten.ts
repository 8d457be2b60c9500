import type { Pool } from 'pg';
import { sql } from '../platform/database/sql.ts';
import type { EvaluateReminder, EvaluationProducer } from './jobs/shadow-evaluate.ts';

/** How long a running evaluation may show no sign of life before it is enqueued again. */
const runningSilenceMsMax = 3_000;
/** The same for one that waits: usually its job is there, so asking is usually for nothing. */
const queuedSilenceMsMax = 10_000;
/** How often workers look. With `runningSilenceMsMax` this bounds the take-over from a killed worker to about five seconds. */
const intervalMs = 2_000;

export interface Recovery {
  stop(): Promise<void>;
}

export interface RecoveryReport {
  onRecovered: (count: number) => void;
  onError: (error: unknown) => void;
}

/**
 * The poll behind the queue: whatever lost a job (Redis flushed, an API that died between row and queue, a killed
 * worker), the row remains, and this enqueues it again. An evaluation that merely waits its turn has a job of the same
 * id already, so nothing is done twice.
 */
export function startRecovery(pool: Pool, producer: EvaluationProducer, report: RecoveryReport): Recovery {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => recoverForgotten(pool, producer)).then(report.onRecovered, report.onError);
  }, intervalMs);
  return {
    stop: () => {
      clearInterval(timer);
      return running;
    },
  };
}

/** @returns how many evaluations were enqueued again. */
export async function recoverForgotten(pool: Pool, producer: EvaluationProducer): Promise<number> {
  const statement = sql(import.meta.url, './sql/find-forgotten.sql');
  const { rows } = await pool.query<{ eval_id: string; lane: EvaluateReminder['lane']; attempts: number }>(
    statement,
    [runningSilenceMsMax, queuedSilenceMsMax],
  );
  for (const { eval_id: evalId, lane, attempts } of rows) await producer.enqueue({ evalId, lane, attempts });
  return rows.length;
}
