import { z } from 'zod';
import type { QueueBackend } from '../backend.ts';

export const simulationQueueName = 'stats-simulate';

/** Everything else stands in the simulation's row. */
export const simulateJobSchema = z.strictObject({ simulationId: z.uuid() });
export type SimulateJob = z.infer<typeof simulateJobSchema>;

export interface SimulationProducer {
  enqueue(simulationId: string): Promise<void>;
  close(): Promise<void>;
}

/** Three tries bridge a database restart; after them the poll takes over. */
const retry = { attempts: 3, backoff: { type: 'exponential', delay: 1_000 } } as const;

export function createSimulationProducer(backend: QueueBackend): SimulationProducer {
  const queue = backend.queue(simulationQueueName);
  return {
    enqueue: async (simulationId) => {
      await queue.add(simulationQueueName, { simulationId } satisfies SimulateJob, {
        jobId: simulationId,
        ...retry,
      });
    },
    close: () => queue.close(),
  };
}
