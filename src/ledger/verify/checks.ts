/** The parts of a verification, in the order in which they run: what others rest on comes first. */
export const checkNames = [
  'history',
  'accounts',
  'grants',
  'totals',
  'holds',
  'leases',
  'refunds',
  'due',
  'idempotency',
] as const;
export type CheckName = (typeof checkNames)[number];

export interface Check {
  name: CheckName;
  /** One statement; it returns (kind, tenant_id, says, total) of what is wrong, in order. */
  file: string;
  /** Which invariant of the design a kind breaks, where it is not the default. */
  invariants: { default: string; [kind: string]: string };
  takesRetention?: boolean;
}

export const checks: readonly Check[] = [
  {
    name: 'history',
    file: './sql/history.sql',
    invariants: {
      default: 'L2',
      negative_balance: 'L1',
      number_gap: 'L6',
      time_order: 'L6',
      transfer_id: 'L6',
    },
  },
  { name: 'accounts', file: './sql/accounts.sql', invariants: { default: 'L2', negative_balance: 'L1' } },
  {
    name: 'grants',
    file: './sql/grants.sql',
    invariants: { default: 'L2', burned_after_expiry: 'L4', expired_too_early: 'L4' },
  },
  { name: 'totals', file: './sql/totals.sql', invariants: { default: 'L2' } },
  { name: 'holds', file: './sql/holds.sql', invariants: { default: 'L4' } },
  { name: 'leases', file: './sql/leases.sql', invariants: { default: 'I1' } },
  { name: 'refunds', file: './sql/refunds.sql', invariants: { default: 'L2' } },
  { name: 'due', file: './sql/due.sql', invariants: { default: 'L4' } },
  {
    name: 'idempotency',
    file: './sql/idempotency.sql',
    invariants: { default: 'L3' },
    takesRetention: true,
  },
];
