import type { Journal, JournalEntry } from '../../src/sidecar/core/journal.ts';
import type { LedgerTransport, RegisterAnswer } from '../../src/sidecar/core/protocol.ts';
import type { SidecarFlaws } from './flaws.ts';

/** Puts a sidecar's mistakes between it and its journal. */
export function flawedJournal(
  journal: Journal,
  flaws: SidecarFlaws,
  later: (write: () => void) => void,
): Journal {
  const former = flaws.resumeAtSettled
    ? {
        ...journal.former,
        entries: journal.former.entries.map(({ slot, entry }) => ({
          slot,
          entry: { ...entry, watermark: 0 },
        })),
      }
    : journal.former;
  const advance = flaws.journalAfterReply
    ? (slot: number, watermark: number) => later(() => journal.advance(slot, watermark))
    : journal.advance;
  const rewrite = flaws.endNotJournaled
    ? (slot: number, entry: JournalEntry) => journal.rewrite(slot, { ...entry, ending: false })
    : journal.rewrite;
  return { ...journal, former, advance, rewrite };
}

/** And between it and the ledger. */
export function flawedTransport(
  transport: LedgerTransport,
  journal: Journal,
  flaws: SidecarFlaws,
  nowMs: () => number,
): LedgerTransport {
  return {
    register: (request, done) =>
      transport.register(request, (answer) => {
        if (answer.kind === 'registered') addUnknown(answer, journal, flaws);
        done(answer);
      }),
    acquire: (request, done) => {
      const sentAtMs = nowMs();
      transport.acquire(request, (answer) => {
        const isLate = answer.kind === 'granted' && flaws.deadlineFromReceipt;
        done(isLate ? { ...answer, ttlMs: answer.ttlMs + nowMs() - sentAtMs } : answer);
      });
    },
    settle: (settlements, done) => {
      const sent = flaws.spendAfterFinal
        ? settlements.map((each) => ({ ...each, final: true }))
        : settlements;
      const sentAtMs = nowMs();
      transport.settle(sent, (answer) => {
        if (answer.kind === 'away') return done(answer);
        const items = answer.items.map((item, i) => {
          const goesOn = {
            kind: 'settled',
            state: 'active',
            expiresInMs: 3_000,
            refreshMs: 1_000,
            recall: false,
          } as const;
          const isOver = item.kind === 'stale_epoch' || (item.kind === 'settled' && item.state !== 'active');
          if (isOver && flaws.ignoreTheEnd && !settlements[i]!.final) return goesOn;
          if (item.kind === 'settled' && flaws.deadlineFromReceipt)
            return { ...item, expiresInMs: item.expiresInMs + nowMs() - sentAtMs };
          const isEnd = settlements[i]!.final;
          return flaws.spendAfterFinal && item.kind === 'settled' && !isEnd ? goesOn : item;
        });
        done({ ...answer, items });
      });
    },
  };
}

function addUnknown(
  answer: Extract<RegisterAnswer, { kind: 'registered' }>,
  journal: Journal,
  flaws: SidecarFlaws,
): void {
  const former = journal.former as unknown as {
    state: string;
    epoch: number;
    entries: { slot: number; entry: object }[];
  };
  if (flaws.unknownLeasesAreUnspent) {
    former.state = 'trusted';
    former.epoch = answer.epoch - 1;
    for (const lease of answer.leases)
      Object.assign(lease, { epoch: Math.min(lease.epoch, answer.epoch - 1) });
  }
  if (!flaws.adoptWithoutJournal) return;
  former.state = 'trusted';
  former.epoch = answer.epoch - 1;
  for (const { leaseId, amount, settled, epoch } of answer.leases) {
    const entry = { leaseId, epoch, amount, watermark: settled, deadlineMs: 0, ending: false };
    former.entries.push({ slot: journal.openSlot(entry), entry });
  }
}
