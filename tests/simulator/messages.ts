import type {
  AcquireAnswer,
  AcquireRequest,
  RegisterAnswer,
  RegisterRequest,
  SettleAnswer,
  Settlement,
} from '../../src/sidecar/core/protocol.ts';

/** What travels between a sidecar and the ledger. */
export type Message =
  | { kind: 'register'; instance: string; request: RegisterRequest }
  | { kind: 'acquire'; instance: string; request: AcquireRequest }
  | { kind: 'settle'; settlements: readonly Settlement[] };

export type MessageAnswer = RegisterAnswer | AcquireAnswer | SettleAnswer;

/** A ledger as the simulator sees it; the model answers at once, the real one later. */
export interface SimulatedLedger {
  handle(message: Message): MessageAnswer | Promise<MessageAnswer>;
  topUp(tenantId: string, amount: number): void | Promise<void>;
  /** Gives up leases of silent holders; burns what was unresolved for long. */
  sweep(): void | Promise<void>;
}
