import { sql } from '../../platform/database/sql.ts';
import { InvalidRequestError, NotFoundError } from '../../platform/errors.ts';
import { consistencyPlan, inclusionPlan } from './proof-plan.ts';
import { type Database, readNodes, readProof } from './read-nodes.ts';

interface Sizes {
  /** Entries in the log. */
  size: number;
  /** Entries under the newest checkpoint; null before the first. */
  published: number | null;
}

async function readSizes(db: Database): Promise<Sizes> {
  return (await db.query<Sizes>(sql(import.meta.url, './sql/read-sizes.sql'))).rows[0]!;
}

/**
 * That entry `seq` is in the tree of `size` entries, by default that of the newest checkpoint.
 *
 * @throws NotFoundError when there is no such entry in that tree.
 * @throws InvalidRequestError when the log is not that long.
 */
export async function proveInclusion(
  db: Database,
  seq: number,
  size?: number,
): Promise<{ size: number; leafHash: Buffer; hashes: Buffer[] }> {
  const tree = await treeSize(db, size, 'size');
  if (seq >= tree) throw new NotFoundError(`there is no entry ${seq} among the first ${tree}`);
  const [leaf] = await readNodes(db, [{ level: 0, index: seq }]);
  return { size: tree, leafHash: leaf!, hashes: await readProof(db, inclusionPlan(seq, tree), tree) };
}

/**
 * That the tree of `from` entries is the beginning of that of `to`, by default that of the newest checkpoint.
 *
 * @throws InvalidRequestError when the log is not that long, or `from` is beyond `to`.
 */
export async function proveConsistency(
  db: Database,
  from: number,
  to?: number,
): Promise<{ to: number; hashes: Buffer[] }> {
  const tree = await treeSize(db, to, 'to');
  if (from > tree) {
    const message = `expected at most ${tree}, found ${from}`;
    throw new InvalidRequestError(message, { errors: [{ location: 'query.from', message }] });
  }
  return { to: tree, hashes: await readProof(db, consistencyPlan(from, tree), tree) };
}

async function treeSize(db: Database, wanted: number | undefined, field: string): Promise<number> {
  const { size, published } = await readSizes(db);
  if (wanted === undefined) return published ?? size;
  if (wanted > size) {
    const message = `the log has ${size} entries, found ${wanted}`;
    throw new InvalidRequestError(message, { errors: [{ location: `query.${field}`, message }] });
  }
  return wanted;
}
