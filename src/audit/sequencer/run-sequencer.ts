import type { Checkpoint } from '../checkpoints/checkpoint.ts';
import { LogInconsistentError } from '../checkpoints/publish-checkpoint.ts';
import type { Backlog } from './read-backlog.ts';
import type { BatchOutcome } from './sequence-batch.ts';
import { batchRowsMax } from './sequence-batch.ts';

export interface SequencerSteps {
  sequence: () => Promise<BatchOutcome>;
  /** After the last of some batches. */
  rest: () => Promise<void>;
  publish: () => Promise<Checkpoint | null>;
  backlog: () => Promise<Backlog>;
}

export interface SequencerReport {
  onSequenced: (entries: number) => void;
  onBacklog: (backlog: Backlog) => void;
  onPublished: (checkpoint: Checkpoint) => void;
  /** Nothing more is signed until it is put right; sequencing goes on. */
  onInconsistent: (error: LogInconsistentError) => void;
  onError: (error: unknown) => void;
}

export interface Sequencer {
  /** Empties the outbox and publishes; calls that come while one is at it share the next. Never rejects. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * How often the outbox is looked at, whatever reminders were lost. With it a lone entry is in the log, and under a signed
 * checkpoint, within half a second.
 */
const pollMs = 250;
/** While a flood is being sequenced a checkpoint is due this often; with the batch at hand it stays below a second. */
const publishEveryMs = 500;

/**
 * The sequencer as a process runs it: a poll, and `flush` for whoever knows that there is something to do. Batches follow
 * one another without a pause while they are full.
 *
 * @param now monotonic milliseconds.
 */
export function startSequencer(steps: SequencerSteps, report: SequencerReport, now: () => number): Sequencer {
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let stopping = false;

  async function drain(): Promise<void> {
    let published = now();
    for (let full = true; full && !stopping; ) {
      const outcome = await steps.sequence();
      if (outcome === 'elsewhere') return;
      if (outcome.sequenced > 0) report.onSequenced(outcome.sequenced);
      full = outcome.sequenced === batchRowsMax;
      if (full && now() - published < publishEveryMs) continue;
      await publish();
      published = now();
    }
  }

  async function publish(): Promise<void> {
    try {
      const checkpoint = await steps.publish();
      if (checkpoint !== null) report.onPublished(checkpoint);
    } catch (error) {
      if (!(error instanceof LogInconsistentError)) throw error;
      report.onInconsistent(error);
    }
  }

  function flush(): Promise<void> {
    if (stopping) return current ?? Promise.resolve();
    if (current === undefined) {
      current = drain()
        .finally(steps.rest)
        .catch(report.onError)
        .finally(() => {
          current = undefined;
        });
      return current;
    }
    next ??= current.then(() => {
      next = undefined;
      return flush();
    });
    return next;
  }

  async function poll(): Promise<void> {
    try {
      const backlog = await steps.backlog();
      report.onBacklog(backlog);
      if (backlog.waiting > 0 || backlog.published !== backlog.size) await flush();
    } catch (error) {
      report.onError(error);
    }
  }

  let polling = Promise.resolve();
  let timer: NodeJS.Timeout;
  const schedule = () => {
    timer = setTimeout(() => {
      polling = poll().then(() => {
        if (!stopping) schedule();
      });
    }, pollMs);
  };
  schedule();
  return {
    flush,
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      await polling;
      await current;
    },
  };
}
