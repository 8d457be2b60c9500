import type { Sequencer } from '../../audit/sequencer/run-sequencer.ts';
import type { QueueBackend, WorkerHandle } from '../backend.ts';
import { auditFlushQueueName } from '../jobs/audit-flush.ts';

/** Takes flush jobs until closed. One at a time: a second would find the log's head taken and leave. */
export function startAuditFlushWorker(
  backend: QueueBackend,
  sequencer: Sequencer,
  onError: (error: Error) => void,
): WorkerHandle {
  return backend.work(auditFlushQueueName, () => sequencer.flush(), { concurrency: 1, onError });
}
