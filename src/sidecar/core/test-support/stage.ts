import { createLeaseEngine } from '../engine.ts';
import type { LeaseEngine } from '../engine-api.ts';
import { type FormerJournal, type Journal, type JournalEntry, JournalError } from '../journal.ts';
import type {
  AcquireAnswer,
  AcquireRequest,
  RegisterAnswer,
  RegisterRequest,
  SettleAnswer,
  Settlement,
} from '../protocol.ts';
import type { EngineSettings } from '../settings.ts';

export interface Call<Request, Answer> {
  request: Request;
  answer(answer: Answer): void;
}

/** An engine whose clock, ledger and journal are in the test's hands: what it asks waits here to be answered. */
export interface Stage {
  engine: LeaseEngine;
  registers: Call<RegisterRequest, RegisterAnswer>[];
  acquires: Call<AcquireRequest, AcquireAnswer>[];
  settles: Call<readonly Settlement[], SettleAnswer>[];
  /** As a kill would leave it. */
  slots: (JournalEntry | null)[];
  journal: { isBroken: boolean };
  advance(ms: number): void;
}

export const fresh: FormerJournal = {
  state: 'fresh',
  epoch: 0,
  unconfirmedIncarnation: null,
  entries: [],
  tornSlots: 0,
};

export function createStage(former: FormerJournal = fresh, settings: Partial<EngineSettings> = {}): Stage {
  let nowMs = 1_000_000;
  let names = 0;
  const slots: (JournalEntry | null)[] = Array(16).fill(null);
  for (const { slot, entry } of former.entries) slots[slot] = entry;
  const state = { isBroken: false };
  const stage = { registers: [], acquires: [], settles: [] } as unknown as Stage;
  const engine = createLeaseEngine({
    nowMs: () => nowMs,
    random: () => 0.5,
    newId: () => `n${++names}`,
    journal: memoryJournal(slots, former, state),
    settings,
    transport: {
      register: (request, answer) => stage.registers.push({ request, answer }),
      acquire: (request, answer) => stage.acquires.push({ request, answer }),
      settle: (request, answer) => stage.settles.push({ request, answer }),
    },
  });
  const advance = (ms: number) => {
    nowMs += ms;
    engine.tick();
  };
  return Object.assign(stage, { engine, slots, journal: state, advance });
}

/** One that registered and holds a lease of so much. */
export function grantingStage(amount: number, settings: Partial<EngineSettings> = {}): Stage {
  const stage = createStage(fresh, settings);
  stage.engine.start();
  stage.registers.shift()!.answer({ kind: 'registered', epoch: 1, leases: [] });
  stage.engine.decide('t', 1);
  stage.acquires.shift()!.answer(granted('lease-1', amount));
  return stage;
}

export const granted = (leaseId: string, amount: number, more: { recall?: boolean } = {}) =>
  ({ kind: 'granted', leaseId, amount, ttlMs: 30_000, refreshMs: 10_000, recall: false, ...more }) as const;

export const settledActive = (more: { recall?: boolean } = {}): SettleAnswer => ({
  kind: 'answered',
  items: [
    { kind: 'settled', state: 'active', expiresInMs: 30_000, refreshMs: 10_000, recall: false, ...more },
  ],
});

function memoryJournal(
  slots: (JournalEntry | null)[],
  former: FormerJournal,
  state: { isBroken: boolean },
): Journal {
  const put = (slot: number, entry: JournalEntry | null) => {
    if (state.isBroken) throw new JournalError('no space left on device');
    slots[slot] = entry;
  };
  return {
    bootId: 'boot',
    former,
    slots: slots.length,
    beginIncarnation: () => {},
    confirmEpoch: () => {},
    openSlot: (entry) => {
      const slot = slots.indexOf(null);
      put(slot, entry);
      return slot;
    },
    advance: (slot, watermark) => put(slot, { ...slots[slot]!, watermark }),
    rewrite: put,
    freeSlot: (slot) => put(slot, null),
  };
}
