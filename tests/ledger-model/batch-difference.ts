import { type Answer, type Command, difference } from './command.ts';
import type { LedgerModel } from './model.ts';

/** Applies an independent batch to the model, each command for itself. @returns how the answer differs, or null. */
export function independentDifference(
  model: LedgerModel,
  commands: readonly Command[],
  answer: Answer,
): string | null {
  if (answer.status !== 200) return `status ${answer.status}, expected 200`;
  const results = resultsOf(answer);
  if (results.length !== commands.length) return `${results.length} results of ${commands.length} commands`;
  for (const [i, command] of commands.entries()) {
    const result = results[i]!;
    const expected = model.apply(command, result);
    // A batch has one header for all its results, so a replay in it shows in its text alone.
    const fault = difference(expected, { ...result, replayed: expected.replayOf !== undefined });
    if (fault !== null) return `results[${i}]: ${fault}`;
  }
  return null;
}

/** Applies an atomic batch to the model, all of it or nothing. @returns how the answer differs, or null. */
export function atomicDifference(
  model: LedgerModel,
  commands: readonly Command[],
  answer: Answer,
): string | null {
  const results = resultsOf(answer);
  const trial = model.fork();
  for (const [i, command] of commands.entries()) {
    const result = results[i] ?? { status: 0, text: '', replayed: false, body: undefined };
    const expected = trial.apply(command, result);
    if (expected.status !== 200) {
      const { status, code } = expected;
      const fault = difference(code === undefined ? { status } : { status, code }, answer);
      if (fault !== null) return `it should fail at ${i}: ${fault}`;
      const at = answer.body.failed_index;
      return at === i ? null : `failed_index ${at}, expected ${i}`;
    }
    const found = { ...result, replayed: expected.replayOf !== undefined };
    // Where the batch was refused, one of the commands to come must be why.
    const fault = answer.status === 200 ? difference(expected, found) : null;
    if (fault !== null) return `results[${i}]: ${fault}`;
  }
  if (answer.status !== 200) return `status ${answer.status}, though each of them can be applied`;
  model.become(trial);
  return null;
}

function resultsOf(answer: Answer): Answer[] {
  const results: { status: number; body: unknown }[] = answer.body?.results ?? [];
  return results.map(({ status, body }) => ({ status, body, text: JSON.stringify(body), replayed: false }));
}
