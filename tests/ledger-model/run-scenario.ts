import { ProgramRun } from './program-run.ts';
import type { Scenario } from './scenario.ts';
import type { LedgerUnderTest } from './under-test.ts';

/** Balances of past moments take turns on few connections, and more than 34 at once are told to come back. */
const finishingAtOnce = 16;

/**
 * Runs the programs of a scenario side by side, a step each a round, on tenants of their own.
 *
 * @throws Disagreement of the first program that finds one.
 */
export async function runScenario(
  ledger: LedgerUnderTest,
  { programs, advancesMs }: Scenario,
): Promise<void> {
  const runs = programs.map((program) => new ProgramRun(ledger, program));
  const rounds = Math.max(...runs.map((run) => run.rounds));
  for (let round = 0; round < rounds; round++) {
    await ledger.advance(advancesMs[round % advancesMs.length]!);
    await allOf(runs.map((run) => run.round(round)));
  }
  for (let at = 0; at < runs.length; at += finishingAtOnce) {
    await allOf(runs.slice(at, at + finishingAtOnce).map((run) => run.finish()));
  }
}

/** As Promise.all, but nothing is still running when it throws: the next scenario moves the clock. */
async function allOf(work: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((one) => one.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
