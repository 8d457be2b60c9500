import fc from 'fast-check';

/** A command before it is known which holds and spends there will be: `pick` counts through those there are by then. */
export type Draft =
  | {
      op: 'topup';
      tenant: number;
      key: number | null;
      amount: number;
      priority: number;
      lifeMs: number | null;
    }
  | { op: 'consume'; tenant: number; key: number | null; amount: number }
  | { op: 'reserve'; tenant: number; key: number | null; amount: number; ttlSeconds: number | null }
  | { op: 'commit' | 'refund'; tenant: number; key: number | null; pick: number; amount: number | null }
  | { op: 'cancel'; tenant: number; key: number | null; pick: number }
  /** A command that was sent under a key is sent again. */
  | { op: 'again'; pick: number };

export interface Sent {
  /** Which API process it goes to. */
  process: number;
  draft: Draft;
}

/** What a program does at once: one command, several to both processes, or a batch of them. */
export type Step =
  | { kind: 'commands'; commands: Sent[] }
  | { kind: 'batch'; process: number; mode: 'independent' | 'atomic'; drafts: Draft[] };

/** Steps over three tenants of its own. */
export type Program = Step[];

/** Programs that run side by side, a step each a round, so that the ledger has something to batch. */
export interface Scenario {
  programs: Program[];
  /** How far the ledger's clock moves before each round. */
  advancesMs: number[];
}

export const tenantsPerProgram = 3;
/** Longer programs find no more and cost more: bugs shrink to three or four steps. */
const roundsMax = 14;

/** @param percent how often it is there. */
function maybe<T>(percent: number, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ arbitrary: fc.constant(null), weight: 100 - percent }, { arbitrary, weight: percent });
}

/** Mostly the first tenant; the third is often unknown still. */
const tenant = fc.oneof(
  { arbitrary: fc.constant(0), weight: 6 },
  { arbitrary: fc.constant(1), weight: 3 },
  { arbitrary: fc.constant(2), weight: 1 },
);
const amount = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 12 }), weight: 5 },
  fc.constantFrom(1, 25, 60),
);
/** Most commands carry no key; few keys, so that they meet again with other commands. */
const key = maybe(30, fc.nat(3));
const pick = fc.nat(12);
const part = maybe(50, fc.integer({ min: 1, max: 12 }));
/** Small parts, so that a spend is refunded several times. */
const someBack = maybe(70, fc.integer({ min: 1, max: 4 }));
/** Lives and steps of the clock meet to the millisecond, so that "due now" is common. */
const lifeMs = maybe(45, fc.constantFrom(0, 1, 1_000, 1_000, 2_000, 2_000, 3_000, 5_000));
const ttlSeconds = maybe(70, fc.constantFrom(1, 2, 5, 60));
const advanceMs = fc.oneof(
  { arbitrary: fc.constant(0), weight: 5 },
  { arbitrary: fc.constantFrom(1_000, 1_000, 1_000, 2_000, 1, 999), weight: 5 },
  { arbitrary: fc.constantFrom(5_000, 60_000, 300_000), weight: 1 },
);
/** Small grants, so that most spends burn several. */
const grantAmount = fc.oneof(
  { arbitrary: fc.integer({ min: 1, max: 8 }), weight: 4 },
  { arbitrary: fc.integer({ min: 9, max: 40 }), weight: 1 },
);

const topup = fc.record({
  op: fc.constant('topup' as const),
  tenant,
  key,
  amount: grantAmount,
  priority: fc.constantFrom(0, 0, 0, 1, -1),
  lifeMs,
});

const draft: fc.Arbitrary<Draft> = fc.oneof(
  { arbitrary: topup, weight: 3 },
  { arbitrary: fc.record({ op: fc.constant('consume' as const), tenant, key, amount }), weight: 4 },
  {
    arbitrary: fc.record({ op: fc.constant('reserve' as const), tenant, key, amount, ttlSeconds }),
    weight: 5,
  },
  {
    arbitrary: fc.record({ op: fc.constant('commit' as const), tenant, key, pick, amount: part }),
    weight: 4,
  },
  {
    arbitrary: fc.record({ op: fc.constant('refund' as const), tenant, key, pick, amount: someBack }),
    weight: 5,
  },
  { arbitrary: fc.record({ op: fc.constant('cancel' as const), tenant, key, pick }), weight: 2 },
  { arbitrary: fc.record({ op: fc.constant('again' as const), pick }), weight: 2 },
);

const process = fc.nat(1);
const sent = fc.record({ process, draft });
const kindOfCommands = fc.constant('commands' as const);

const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ kind: kindOfCommands, commands: fc.tuple(sent) }), weight: 8 },
  {
    arbitrary: fc.record({ kind: kindOfCommands, commands: fc.array(sent, { minLength: 2, maxLength: 4 }) }),
    weight: 3,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      process,
      mode: fc.constantFrom('independent' as const, 'atomic' as const),
      drafts: fc.array(draft, { minLength: 1, maxLength: 5 }),
    }),
    weight: 2,
  },
);

/** Begins with some grants, so that few programs are about a tenant nobody knows or one that is poor. */
const program: fc.Arbitrary<Program> = fc
  .tuple(
    fc.record({
      kind: fc.constant('batch' as const),
      process,
      mode: fc.constant('independent' as const),
      drafts: fc.array(topup, { minLength: 1, maxLength: 10, size: 'max' }),
    }),
    fc.array(step, { minLength: 1, maxLength: roundsMax - 1, size: 'max' }),
  )
  .map(([first, rest]) => [first, ...rest]);

/** @param programs how many at most run side by side. */
export function scenarioOf(programs: number): fc.Arbitrary<Scenario> {
  return fc.record({
    programs: fc.array(program, { minLength: 1, maxLength: programs, size: 'max' }),
    advancesMs: fc.array(advanceMs, { minLength: roundsMax, maxLength: roundsMax }),
  });
}
