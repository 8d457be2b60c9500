import { sql } from '../../platform/database/sql.ts';
import { hashBytes } from './hashing.ts';
import { inclusionPlan, type NodeAddress } from './proof-plan.ts';
import { type Database, readNodes } from './read-nodes.ts';

/**
 * Inclusion proofs of many leaves at a checkpoint's size: neighbours share nearly all of their hashes, so each is read
 * once.
 *
 * @throws NodeMissingError
 */
export async function readInclusionProofs(
  db: Database,
  seqs: readonly number[],
  size: number,
): Promise<Buffer[][]> {
  const plans = seqs.map((seq) => inclusionPlan(seq, size));
  const wanted = new Map<string, NodeAddress>();
  for (const step of plans.flat()) if ('level' in step) wanted.set(`${step.level}/${step.index}`, step);
  const hashes = await readNodes(db, [...wanted.values()]);
  const found = new Map([...wanted.keys()].map((key, i) => [key, hashes[i]!]));
  const { rows } = await db.query<{ spine: Buffer }>(sql(import.meta.url, './sql/read-whole-spine.sql'), [
    size,
  ]);
  const spine = rows[0]?.spine;
  if (spine === undefined) throw new RangeError(`no checkpoint was published at ${size}`);
  return plans.map((plan) =>
    plan.map((step) =>
      'level' in step
        ? found.get(`${step.level}/${step.index}`)!
        : spine.subarray(step.spine * hashBytes, (step.spine + 1) * hashBytes),
    ),
  );
}
