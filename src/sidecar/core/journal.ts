/**
 * What outlives the process. Every write is done when the call returns, as far as a killed process is concerned; each throws
 * a `JournalError` when it is not, and then nothing may be granted any more.
 */
export interface Journal {
  readonly bootId: string;
  /** What the former process left. */
  readonly former: FormerJournal;
  /** How many leases it has room for. */
  readonly slots: number;
  /** Before a process registers under a new name; the name is taken over by the next one until it is confirmed. */
  beginIncarnation(incarnation: string): void;
  /** Before anything is spent at the epoch. */
  confirmEpoch(epoch: number): void;
  /** @returns the slot; -1 when all are taken. */
  openSlot(entry: JournalEntry): number;
  /** Before an answer that it covers. */
  advance(slot: number, watermark: number): void;
  /** Before the lease's renewal, its new epoch or its end is acted upon. */
  rewrite(slot: number, entry: JournalEntry): void;
  freeSlot(slot: number): void;
}

export interface JournalEntry {
  leaseId: string;
  epoch: number;
  amount: number;
  /** Spent at most; open reservations count as spent. */
  watermark: number;
  /** On the machine's monotonic clock. */
  deadlineMs: number;
  /** Its final settlement may be on its way: it is never spent from again, and the watermark is what was spent. */
  ending: boolean;
}

export interface FormerJournal {
  /** `fresh`: there was none. `other_boot` and `corrupt` ones are not trusted; `entries` is empty then. */
  state: 'fresh' | 'trusted' | 'other_boot' | 'corrupt';
  /** The last epoch under which this journal was written; 0: none. */
  epoch: number;
  /** A name that was begun and not confirmed. */
  unconfirmedIncarnation: string | null;
  entries: readonly { slot: number; entry: JournalEntry }[];
  /** Slots that cannot be read: a lease that is in none of the others may have been in one of these. */
  tornSlots: number;
}

export class JournalError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'JournalError';
  }
}
