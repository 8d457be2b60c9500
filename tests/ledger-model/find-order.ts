import { type Answer, type Command, difference } from './command.ts';
import type { LedgerModel } from './model.ts';

export interface Observed {
  command: Command;
  answer: Answer;
}

/**
 * Commands that ran at once must have had the effect of some order of them: tries every order, dropping one at the first
 * answer it does not explain (Wing and Gong's search for a linearization, without time stamps as all overlap).
 *
 * @returns the model after an order that explains every answer; null when there is none.
 */
export function findOrder(model: LedgerModel, observed: readonly Observed[]): LedgerModel | null {
  if (observed.length === 0) return model;
  for (const next of observed) {
    const trial = model.fork();
    if (difference(trial.apply(next.command, next.answer), next.answer) !== null) continue;
    const found = findOrder(
      trial,
      observed.filter((one) => one !== next),
    );
    if (found !== null) return found;
  }
  return null;
}
