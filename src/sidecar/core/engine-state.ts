import type { UnavailableReason } from './decision.ts';
import type { EngineDeps, EngineObserver, EngineStatus } from './engine-api.ts';
import type { HeldLease } from './held-lease.ts';
import type { Journal } from './journal.ts';
import type { LedgerLink } from './ledger-link.ts';
import type { LedgerTransport } from './protocol.ts';
import type { Reservations } from './reservations.ts';
import type { EngineSettings } from './settings.ts';
import type { TenantCredits } from './tenant-credits.ts';

/** Everything the state machine knows; its verbs are the functions of the files beside this one. */
export interface EngineState {
  readonly deps: EngineDeps;
  readonly settings: EngineSettings;
  readonly journal: Journal;
  readonly transport: LedgerTransport;
  readonly observer: EngineObserver;
  readonly link: LedgerLink;
  readonly tenants: Map<string, TenantCredits>;
  /** Those that are not over, by id. */
  readonly leases: Map<string, HeldLease>;
  readonly reservations: Reservations;
  phase: EngineStatus['phase'];
  problem: string | null;
  epoch: number;
  incarnation: string;
  /** Its incarnation was overtaken before it was answered; its journal's name is of no use any more. */
  overtaken: boolean;
  /** When the first copy of the register under this name was sent: leases are handed on for a ttl from its arrival. */
  registerSentAtMs: number;
  registering: boolean;
  registerAtMs: number;
  /** The epoch at which this process was fenced last; 0: it was not. */
  fencedEpoch: number;
  /** Times it was fenced in a row: two pods with one name must not fence each other as fast as they can. */
  fencedTimes: number;
  acquiresInFlight: number;
  settling: boolean;
  waiting: number;
  drainUntilMs: number;
  onDrained: (() => void)[];
  /** Of the last decision that was `unavailable`. */
  refusedBecause: UnavailableReason;
  retryAfterMs: number;
  /** Serves those who wait; set by the engine, since acquiring and spending need each other. */
  creditsChanged: (tenant: TenantCredits) => void;
}
