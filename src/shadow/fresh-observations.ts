/** What became of a batch of observations. */
export interface RecordedBatch {
  accepted: number;
  /** Those whose id was there before, or stood in the batch already. */
  duplicates: number;
}

/**
 * The observations that were not stored before, each id once, in their order.
 *
 * @param insert stores them, leaving out ids that are there. @returns the ids it stored.
 */
export async function storeFresh<T extends { id: string }>(
  observations: readonly T[],
  insert: (distinct: readonly T[]) => Promise<{ rows: { observation_id: string }[] }>,
): Promise<T[]> {
  const byId = new Map<string, T>();
  for (const observation of observations) {
    if (!byId.has(observation.id)) byId.set(observation.id, observation);
  }
  const distinct = [...byId.values()];
  const { rows } = await insert(distinct);
  const stored = new Set(rows.map((row) => row.observation_id));
  return distinct.filter(({ id }) => stored.has(id));
}
