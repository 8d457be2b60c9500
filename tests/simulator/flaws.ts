/** Ways to get the ledger's side wrong. */
export interface LedgerFlaws {
  refundOnExpiry?: boolean;
  restoreInsteadOfBurn?: boolean;
  noFencing?: boolean;
  epochStays?: boolean;
  /** A delayed copy of a register of an earlier incarnation fences the present one. */
  lateRegisterFences?: boolean;
  acquireTwice?: boolean;
  settleByAddition?: boolean;
  lastSettlementWins?: boolean;
  settleAfterEnd?: boolean;
  adoptWithoutJournal?: boolean;
  trustAnotherBoot?: boolean;
  formerHolderReturns?: boolean;
}

/** Ways to get the sidecar's side wrong. */
export interface SidecarFlaws {
  journalAfterReply?: boolean;
  wallClock?: boolean;
  deadlineFromReceipt?: boolean;
  resumeAtSettled?: boolean;
  adoptWithoutJournal?: boolean;
  spendAfterFinal?: boolean;
  ignoreTheEnd?: boolean;
  noLock?: boolean;
  trustAnotherBoot?: boolean;
  reserveOutsideTheLease?: boolean;
  endNotJournaled?: boolean;
  forgetRequestIds?: boolean;
  unknownLeasesAreUnspent?: boolean;
}

export interface Variant {
  name: string;
  ledger?: LedgerFlaws;
  sidecar?: SidecarFlaws;
  /** The rules of which the simulator must see one broken. */
  breaks: readonly string[];
}

/** Protocols that look right and are not. The simulator is only worth its name if it tells every one of them. */
export const brokenVariants: readonly Variant[] = [
  { name: 'a lease is refunded when it expires', ledger: { refundOnExpiry: true }, breaks: ['I4', 'S2'] },
  {
    name: 'an unresolved lease is restored by time',
    ledger: { restoreInsteadOfBurn: true },
    breaks: ['I4', 'S2'],
  },
  { name: 'no fencing', ledger: { noFencing: true }, breaks: ['I6', 'S2', 'I3'] },
  { name: 'the epoch does not grow', ledger: { epochStays: true }, breaks: ['I6', 'S1', 'S2', 'I3'] },
  {
    name: 'a late register of an earlier incarnation fences the present one',
    ledger: { lateRegisterFences: true },
    breaks: ['I7'],
  },
  { name: 'acquire is not idempotent', ledger: { acquireTwice: true }, breaks: ['I7'] },
  { name: 'settlements are added', ledger: { settleByAddition: true }, breaks: ['I7', 'I3'] },
  {
    name: 'the last settlement wins',
    ledger: { lastSettlementWins: true },
    breaks: ['I7', 'I3', 'S2'],
  },
  {
    name: 'a lease that ended is settled again',
    ledger: { settleAfterEnd: true },
    breaks: ['I1', 'I2', 'I3', 'I7', 'S2'],
  },
  {
    name: 'the end of a lease is not written down, and what a former holder says ends it for another',
    ledger: { formerHolderReturns: true },
    sidecar: { endNotJournaled: true },
    breaks: ['D2', 'S2'],
  },
  {
    name: 'leases are adopted without a journal',
    ledger: { adoptWithoutJournal: true },
    sidecar: { adoptWithoutJournal: true },
    breaks: ['I3', 'S1', 'I6'],
  },
  {
    name: 'a journal of another boot is trusted',
    ledger: { trustAnotherBoot: true },
    sidecar: { trustAnotherBoot: true },
    breaks: ['I3', 'S1', 'I6', 'S2', 'D2'],
  },
  { name: 'the journal is written after the reply', sidecar: { journalAfterReply: true }, breaks: ['I5'] },
  { name: 'deadlines by the wall clock', sidecar: { wallClock: true }, breaks: ['D1'] },
  {
    name: 'the deadline counts from the receipt',
    sidecar: { deadlineFromReceipt: true },
    breaks: ['D1'],
  },
  {
    name: 'spending resumes at what was settled',
    sidecar: { resumeAtSettled: true },
    breaks: ['I3', 'S1', 'S2'],
  },
  {
    name: 'spending goes on after a final settlement',
    sidecar: { spendAfterFinal: true },
    breaks: ['D2', 'S2'],
  },
  {
    name: 'what the ledger says of a lease’s end is ignored',
    sidecar: { ignoreTheEnd: true },
    breaks: ['D1', 'I6'],
  },
  {
    name: 'two processes spend from one journal',
    sidecar: { noLock: true },
    breaks: ['I6', 'I3', 'S1', 'I5', 'S2'],
  },
  {
    name: 'reservations are not journaled',
    sidecar: { reserveOutsideTheLease: true },
    breaks: ['S4'],
  },
  { name: 'a client’s retry spends again', sidecar: { forgetRequestIds: true }, breaks: ['S4'] },
  {
    name: 'leases that the journal does not know are taken for unspent, whatever journal it is',
    sidecar: { unknownLeasesAreUnspent: true },
    breaks: ['I3', 'S2'],
  },
];
