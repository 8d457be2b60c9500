/** Consecutive ids, both ends included. */
export interface IdRun {
  first: number;
  last: number;
}

/** @param ids ascending. */
export function runsOf(ids: readonly number[]): IdRun[] {
  const runs: IdRun[] = [];
  for (const id of ids) {
    const run = runs.at(-1);
    if (run !== undefined && run.last + 1 === id) run.last = id;
    else runs.push({ first: id, last: id });
  }
  return runs;
}
