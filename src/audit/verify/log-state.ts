import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { chainStart } from '../tree/hashing.ts';
import { emptyTree, type TreeState } from '../tree/peaks.ts';
import { readPeaks } from '../tree/read-nodes.ts';
import type { CheckStart } from './check-entry.ts';

/** What the tables say of the log as a whole. */
export interface LogState {
  size: number;
  chain_hash: Buffer;
  peaks: Buffer;
  /** The first entry that was not retired. */
  first_seq: number;
  /** chain_hash of the entry before it. */
  retired_chain_hash: Buffer | null;
  /** How far the stored tree reaches. */
  node_count: number;
  /** Of the largest checkpoint in the table. */
  published_size: number;
  /** Of the entry before the head; null when it is not there. */
  last_chain_hash: Buffer | null;
  /** Whether the head bears the time of that entry. */
  times_agree: boolean;
  min_seq: number;
  /** −1: there is no entry. */
  max_seq: number;
}

export async function readLogState(client: ClientBase): Promise<LogState> {
  const { rows } = await client.query<LogState>(sql(import.meta.url, './sql/read-log-state.sql'));
  return rows[0]!;
}

/** What has to be believed to start at `from`: nothing at 0, else the stored tree and chain up to there. */
export async function readStart(
  client: ClientBase,
  state: LogState,
  from: number,
): Promise<{ tree: TreeState; check: CheckStart }> {
  if (from === 0)
    return { tree: emptyTree, check: { chainHash: chainStart, tenants: new Map(), complete: true } };
  const tree = { size: from, peaks: await readPeaks(client, from) };
  const retired = from === state.first_seq;
  const chainHash = retired ? state.retired_chain_hash! : await readChainHash(client, from - 1);
  const tenants: CheckStart['tenants'] = retired ? await readTenantHeads(client) : new Map();
  return { tree, check: { chainHash, tenants, complete: false } };
}

async function readChainHash(client: ClientBase, seq: number): Promise<Buffer> {
  const { rows } = await client.query<{ chain_hash: Buffer }>(
    sql(import.meta.url, './sql/read-chain-hash.sql'),
    [seq],
  );
  // Where the entry is missing the next one cannot continue the chain, and that is what will be reported.
  return rows[0]?.chain_hash ?? chainStart;
}

async function readTenantHeads(client: ClientBase): Promise<CheckStart['tenants']> {
  const { rows } = await client.query<{ tenant_id: string; tenant_seq: number; leaf_hash: Buffer }>(
    sql(import.meta.url, './sql/read-tenant-heads.sql'),
  );
  return new Map(
    rows.map((row) => [row.tenant_id, { seq: row.tenant_seq, leafHash: row.leaf_hash.toString('base64') }]),
  );
}
