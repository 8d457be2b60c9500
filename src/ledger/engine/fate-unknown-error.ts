import type { Committed } from './transact.ts';

/** COMMIT was sent and its answer was lost. `readFate` finds out what became of it. */
export class FateUnknownError extends Error {
  readonly transactionId: string;
  /** What it came to, if it was committed. */
  readonly ifCommitted: Committed;

  constructor(transactionId: string, ifCommitted: Committed, cause: unknown) {
    super('the connection was lost while a transaction was being committed', { cause });
    this.name = 'FateUnknownError';
    this.transactionId = transactionId;
    this.ifCommitted = ifCommitted;
  }
}
