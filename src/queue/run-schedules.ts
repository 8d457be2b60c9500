import { sql } from '../platform/database/sql.ts';
import type { QueueBackend } from './backend.ts';
import { type RunScheduledDeps, runScheduled } from './run-scheduled.ts';
import type { ScheduledJob } from './scheduled-job.ts';

export const scheduleQueueName = 'scheduled';

/** How often workers look whether the queue still remembers, and what is overdue. */
const pollMs = 15_000;
/** Later than this many intervals, and so many milliseconds, a job was forgotten by the queue. */
const overdue = { intervals: 2, ms: 10_000 } as const;

export interface RunningSchedules {
  /** Takes no more reminders, tells what runs to end, and waits for it. */
  stop(): Promise<void>;
}

/**
 * Runs the jobs on their schedules, of which the queue reminds one worker at a time. Behind the queue stands a poll: it
 * schedules again what a lost queue forgot, and runs what is overdue itself, so that without a queue everything still
 * happens, a little later.
 */
export function runSchedules(
  backend: QueueBackend,
  jobs: readonly ScheduledJob[],
  deps: RunScheduledDeps,
): RunningSchedules {
  const stop = new AbortController();
  const queue = backend.queue(scheduleQueueName);
  const byName = new Map(jobs.map((job) => [job.name, job]));
  const worker = backend.work(
    scheduleQueueName,
    async ({ name }) => {
      const job = byName.get(name);
      // A job of another version of Assay, whose workers know it.
      if (job !== undefined) await runScheduled(deps, job, stop.signal);
    },
    {
      // A reconciliation of minutes must not keep alerts waiting.
      concurrency: jobs.length,
      onError: (error) => deps.log.warn({ err: error }, 'the queue of scheduled jobs does not answer'),
    },
  );

  /** What fails is logged and counted where it ran, and tried again at its next turn. */
  const tryAll = async (chosen: readonly ScheduledJob[]) => {
    await Promise.allSettled(chosen.map((job) => runScheduled(deps, job, stop.signal)));
  };
  const remind = async () => {
    for (const { name, everyMs } of jobs) await queue.schedule(name, everyMs);
  };
  const poll = async () => {
    const results = await Promise.allSettled([remind(), findOverdue(deps, jobs).then(tryAll)]);
    for (const result of results) {
      if (result.status === 'rejected')
        deps.log.warn({ err: result.reason }, 'could not look after schedules');
    }
  };

  let underWay = poll();
  const timer = setInterval(() => {
    underWay = underWay.then(() => (stop.signal.aborted ? undefined : poll()));
  }, pollMs);
  return {
    stop: async () => {
      clearInterval(timer);
      stop.abort(new Error('the worker is stopping'));
      await Promise.all([underWay, worker.close()]);
      await queue.close();
    },
  };
}

interface Run {
  job: string;
  succeeded_at_seconds: number | null;
  started_ms_ago: number;
  report: object | null;
}

/** Jobs that were never done, or not for long. Tells the metrics when each was done last, and what it found, by whichever worker. */
async function findOverdue(deps: RunScheduledDeps, jobs: readonly ScheduledJob[]): Promise<ScheduledJob[]> {
  const { rows } = await deps.pool.query<Run>(sql(import.meta.url, './sql/read-scheduled.sql'));
  const runs = new Map(rows.map((row) => [row.job, row]));
  const last = deps.metrics.gauge('scheduled_job_last_success_timestamp_seconds');
  return jobs.filter((job) => {
    const { name, everyMs } = job;
    const run = runs.get(name);
    if (run === undefined) return true;
    if (run.report !== null) job.publish?.(run.report);
    if (run.succeeded_at_seconds !== null) last.set({ job: name }, run.succeeded_at_seconds);
    return run.started_ms_ago > overdue.intervals * everyMs + overdue.ms;
  });
}
