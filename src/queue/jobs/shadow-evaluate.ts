import { z } from 'zod';
import type { JobQueue, QueueBackend } from '../backend.ts';

/**
 * One queue for each lane. Lanes are worked on side by side, so a hundred small evaluations do not wait for a large
 * one, nor a large one for all of them.
 */
export const evaluationQueueNames = { small: 'shadow-evaluate-small', bulk: 'shadow-evaluate-bulk' } as const;

export const evaluateJobName = 'shadow-evaluate';

/** Everything else stands in the evaluation's row. */
export const evaluateJobSchema = z.strictObject({ evalId: z.uuid() });
export type EvaluateJob = z.infer<typeof evaluateJobSchema>;

/** Names a place in the row's life; enqueueing the same one twice is one job. */
export interface EvaluateReminder {
  evalId: string;
  lane: keyof typeof evaluationQueueNames;
  /** Attempts so far, part of the job's id: after a worker's death the next attempt is a new job. */
  attempts: number;
}

export interface EvaluationProducer {
  enqueue(reminder: EvaluateReminder): Promise<void>;
  /** Evaluations waiting or being worked on, by lane. */
  depth(): Promise<Record<keyof typeof evaluationQueueNames, number>>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** Three tries a second apart and growing bridge a database restart; after them the poll takes over. */
const retry = { attempts: 3, backoff: { type: 'exponential', delay: 1_000 } } as const;

export function createEvaluationProducer(backend: QueueBackend): EvaluationProducer {
  const queues: Record<keyof typeof evaluationQueueNames, JobQueue> = {
    small: backend.queue(evaluationQueueNames.small),
    bulk: backend.queue(evaluationQueueNames.bulk),
  };
  const depthOf = async (queue: JobQueue) =>
    Object.values(await queue.counts()).reduce((sum, count) => sum + count, 0);
  return {
    enqueue: async ({ evalId, lane, attempts }) => {
      await queues[lane].add(evaluateJobName, { evalId } satisfies EvaluateJob, {
        jobId: `${evalId}-${attempts}`,
        ...retry,
      });
    },
    depth: async () => ({ small: await depthOf(queues.small), bulk: await depthOf(queues.bulk) }),
    ping: () => queues.small.ping(),
    close: async () => {
      await Promise.all([queues.small.close(), queues.bulk.close()]);
    },
  };
}
