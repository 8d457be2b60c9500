/** Something done every so often by one worker at a time, whichever gets to it. */
export interface ScheduledJob {
  /** Of the job, its scheduler, its row in assay.scheduled_jobs and its label in the metrics. */
  name: string;
  everyMs: number;
  /** @param signal aborts when the worker stops; what is left is done by the next run. */
  run(signal: AbortSignal): Promise<unknown>;
}
