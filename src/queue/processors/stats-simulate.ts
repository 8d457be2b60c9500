import type { Logger } from '../../platform/log/logger.ts';
import { type RunSimulationDeps, runSimulation } from '../../shadow/simulations/run-simulation.ts';
import { findForgottenSimulations } from '../../shadow/simulations/simulation.ts';
import type { QueueBackend } from '../backend.ts';
import { createSimulationProducer, simulateJobSchema, simulationQueueName } from '../jobs/stats-simulate.ts';

export interface SimulationWorkers {
  /** Abandons what is drawn to other workers. */
  close(): Promise<void>;
}

/** Simulations at a time: their tasks take turns on the threads with everybody's batches. */
const atOnce = 2;
/** How often, and after how long without a sign, one is enqueued again whose job was lost. */
const poll = { everyMs: 5_000, silenceMs: 10_000 } as const;

/** Runs simulations from the queue until closed, and the poll behind it. */
export function startSimulationWorkers(
  backend: QueueBackend,
  deps: RunSimulationDeps & { log: Logger },
): SimulationWorkers {
  const stop = new AbortController();
  const onError = (error: unknown) => deps.log.warn({ err: error }, 'the simulation queue does not answer');
  const producer = createSimulationProducer(backend);
  const worker = backend.work(
    simulationQueueName,
    async (job) => runSimulation(deps, simulateJobSchema.parse(job.data).simulationId, stop.signal),
    { concurrency: atOnce, onError },
  );
  let polling: Promise<void> = Promise.resolve();
  const recover = async () => {
    for (const id of await findForgottenSimulations(deps.pool, poll.silenceMs)) await producer.enqueue(id);
  };
  const timer = setInterval(() => {
    polling = polling.then(recover).catch(onError);
  }, poll.everyMs);
  return {
    close: async () => {
      clearInterval(timer);
      stop.abort(new Error('the worker is stopping'));
      await Promise.all([polling, worker.close()]);
      await producer.close();
    },
  };
}
