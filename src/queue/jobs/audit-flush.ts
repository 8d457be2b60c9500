import type { QueueBackend } from '../backend.ts';

export const auditFlushQueueName = 'audit-flush';

export interface AuditFlushProducer {
  /** Reminds a sequencer that the outbox is not empty. Losing the reminder costs a poll's interval. */
  enqueue(): Promise<void>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** There is nothing to say but "look", so reminders that wait are one job. */
const jobId = 'audit-flush';

export function createAuditFlushProducer(backend: QueueBackend): AuditFlushProducer {
  const queue = backend.queue(auditFlushQueueName);
  return {
    enqueue: async () => {
      await queue.add(auditFlushQueueName, {}, { jobId });
    },
    ping: () => queue.ping(),
    close: () => queue.close(),
  };
}
