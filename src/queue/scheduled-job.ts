/** Something done every so often by one worker at a time, whichever gets to it. */
export interface ScheduledJob {
  /** Of the job, its scheduler, its row in assay.scheduled_jobs and its label in the metrics. */
  name: string;
  everyMs: number;
  /** Told what the last run of any worker resolved with, as it came out of JSON. */
  publish?(report: object): void;
  /** @param signal aborts when the worker stops; what is left is done by the next run. */
  run(signal: AbortSignal): Promise<unknown>;
}

/**
 * A job whose last run is told by the metrics of every worker, whichever worker ran it and however often they were
 * restarted since.
 *
 * @param run resolves with the report, which must be JSON.
 */
export function reportingJob<Report extends object>(
  job: Omit<ScheduledJob, 'publish'> & {
    run(signal: AbortSignal): Promise<Report>;
    publish(report: Report): void;
  },
): ScheduledJob {
  return { ...job, publish: (report) => job.publish(report as Report) };
}
