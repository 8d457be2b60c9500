import type { BatchView } from '../batch/batch-view.ts';

/** A mistake to look at. */
export interface Example {
  at: number;
  ordinal: number;
  /** The caller's id, or `ordinal:<n>` where there was none. */
  id: string;
  /** The first segment of the request's path, cut short; null without a URI. */
  path: string | null;
}

/** The contract's number: enough to see a cause, few enough to read. */
export const examplesMax = 20;
const pathLengthMax = 40;
const idLengthMax = 200;

/** Where a sample stands in the order in which examples are chosen. */
export type Place = Pick<Example, 'at' | 'ordinal'>;

/** What a further example must come before; null while any is wanted. */
export function placeToBeat(examples: readonly Example[]): Place | null {
  const last = examples[examplesMax - 1];
  return last === undefined ? null : { at: last.at, ordinal: last.ordinal };
}

/**
 * Keeps the first `examplesMax` by (at, ordinal). Almost always one comparison: batches come roughly in order.
 *
 * @param before what examples of other batches leave open, so that the ids of a batch, a seventh of what it takes to
 *   unpack, stay packed where none can be wanted; null: everything.
 */
export function noteExample(
  examples: Example[],
  view: BatchView,
  i: number,
  ordinal: number,
  before: Place | null,
): void {
  const at = view.at[i]!;
  if (before !== null && !isBefore(at, ordinal, before)) return;
  const last = examples[examplesMax - 1];
  if (last !== undefined && !isBefore(at, ordinal, last)) return;
  let place = examples.length;
  while (place > 0 && isBefore(at, ordinal, examples[place - 1]!)) place--;
  const id = view.text('id', i)?.slice(0, idLengthMax) ?? `ordinal:${ordinal}`;
  examples.splice(place, 0, { at, ordinal, id, path: firstSegment(view.text('uri', i)) });
  if (examples.length > examplesMax) examples.pop();
}

export function mergeExamples(a: readonly Example[], b: readonly Example[]): Example[] {
  return [...a, ...b].sort((x, y) => x.at - y.at || x.ordinal - y.ordinal).slice(0, examplesMax);
}

export function isBefore(at: number, ordinal: number, other: Place): boolean {
  return at < other.at || (at === other.at && ordinal < other.ordinal);
}

function firstSegment(uri: string | null): string | null {
  if (uri === null) return null;
  return (/^\/?[^/?#]*/.exec(uri)?.[0] ?? '').slice(0, pathLengthMax);
}
