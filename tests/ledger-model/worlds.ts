import { type Answer, type Command, difference } from './command.ts';
import { LedgerModel } from './model.ts';

export interface Observed {
  command: Command;
  answer: Answer;
}

/**
 * Every state the ledger may be in, given what it has answered. There is mostly one; commands that ran at once may be
 * explained by several orders, and what is answered later tells which it was.
 */
export class Worlds {
  #models: LedgerModel[];

  constructor(nowMs: number) {
    this.#models = [new LedgerModel(nowMs)];
  }

  /** One of them, for what is the same in all. */
  get any(): LedgerModel {
    return this.#models[0]!;
  }

  advanceTo(nowMs: number): void {
    for (const model of this.#models) model.advanceTo(nowMs);
  }

  /**
   * Keeps the worlds in which something observed is as it must be.
   *
   * @param differenceIn may change the model as the observed command did.
   * @returns the difference in the first world, when it is in none as it must be; null otherwise.
   */
  narrow(differenceIn: (model: LedgerModel) => string | null): string | null {
    const faults = this.#models.map(differenceIn);
    const left = this.#models.filter((_, i) => faults[i] === null);
    if (left.length === 0) return faults[0]!;
    this.#models = left;
    return null;
  }

  /** As `narrow`, for commands that ran at once: they must have had the effect of some order of them. */
  narrowByOrder(observed: readonly Observed[]): string | null {
    if (observed.length === 1) {
      const { command, answer } = observed[0]!;
      return this.narrow((model) => difference(model.apply(command, answer), answer));
    }
    // Tenants have nothing to do with each other, so that orders matter within a tenant alone.
    for (const group of Map.groupBy(observed, ({ command }) => command.operation.tenantId).values()) {
      const explaining = this.#models.flatMap((model) => ordersThatExplain(model, group));
      if (explaining.length === 0) return 'no order of these commands gives these answers';
      const left = distinct(explaining);
      // Those that stand side by side from now on must not share tenants.
      this.#models = left.length === 1 ? left : left.map((model) => model.fork());
    }
    return null;
  }
}

/**
 * Tries every order of the commands, dropping one at the first answer it does not explain (Wing and Gong's search for a
 * linearization, without time stamps as all overlap).
 *
 * @returns the model after each order that explains every answer.
 */
function ordersThatExplain(model: LedgerModel, observed: readonly Observed[]): LedgerModel[] {
  if (observed.length === 0) return [model];
  return observed.flatMap((next) => {
    const trial = model.fork(next.command.operation.tenantId);
    if (difference(trial.apply(next.command, next.answer), next.answer) !== null) return [];
    const others = observed.filter((one) => one !== next);
    return ordersThatExplain(trial, others);
  });
}

function distinct(models: LedgerModel[]): LedgerModel[] {
  if (models.length === 1) return models;
  return [...new Map(models.map((model) => [stateOf(model), model])).values()];
}

/** The same text for the same state, whatever the order in which it came about. */
function stateOf({ tenants }: LedgerModel): string {
  return JSON.stringify(tenants, (_, value: unknown) =>
    value instanceof Map ? [...value].sort(([a], [b]) => (a < b ? -1 : 1)) : value,
  );
}
