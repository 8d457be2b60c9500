import type { Answer } from './command.ts';

/** An API process, or what stands for one. */
export type Send = (method: string, path: string, body?: unknown, key?: string) => Promise<Answer>;

/** The ledger as the model test sees it: processes on one database, and the clock they share. */
export interface LedgerUnderTest {
  processes: Send[];
  nowMs(): number;
  /** Moves the ledger's clock, for all processes. */
  advance(ms: number): Promise<void>;
}
