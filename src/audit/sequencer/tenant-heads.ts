import type { ClientBase } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { noPrevious } from '../leaf/leaf-text.ts';

/** A tenant's last entry. */
export interface TenantHead {
  /** −1 when there is none. */
  seq: number;
  /** Its leaf hash, base64. */
  leafHash: string;
}

export type TenantHeads = Map<string, TenantHead>;

/** About 20 MB; tenants beyond it cost an index probe a batch. */
const cachedMax = 100_000;

/**
 * The last entries of tenants, kept from batch to batch for as long as nobody else appended. The log is the source: what
 * the cache holds was true at the head it was left with, and another head empties it.
 */
export class TenantHeadCache {
  #heads: TenantHeads = new Map();
  #chainHash: Buffer | undefined;

  /** @returns the heads of all of `tenants`, to be changed as entries are appended. */
  async load(client: ClientBase, tenants: ReadonlySet<string>, chainHash: Buffer): Promise<TenantHeads> {
    if (this.#chainHash === undefined || !this.#chainHash.equals(chainHash)) this.#heads.clear();
    const heads: TenantHeads = new Map();
    const unknown: string[] = [];
    for (const tenant of tenants) {
      const known = this.#heads.get(tenant);
      if (known === undefined) unknown.push(tenant);
      else heads.set(tenant, { ...known });
    }
    for (const [tenant, head] of await findTenantHeads(client, unknown)) heads.set(tenant, head);
    return heads;
  }

  /** After the commit: `heads` as they are now, at the new head of the log. */
  keep(heads: TenantHeads, chainHash: Buffer): void {
    if (this.#heads.size + heads.size > cachedMax) this.#heads.clear();
    for (const [tenant, head] of heads) this.#heads.set(tenant, head);
    this.#chainHash = chainHash;
  }
}

async function findTenantHeads(client: ClientBase, tenants: string[]): Promise<TenantHeads> {
  const heads: TenantHeads = new Map(tenants.map((tenant) => [tenant, { seq: -1, leafHash: noPrevious }]));
  if (tenants.length === 0) return heads;
  const { rows } = await client.query<{ tenant_id: string; tenant_seq: number; leaf_hash: Buffer }>(
    sql(import.meta.url, './sql/find-tenant-heads.sql'),
    [tenants],
  );
  for (const row of rows)
    heads.set(row.tenant_id, { seq: row.tenant_seq, leafHash: row.leaf_hash.toString('base64') });
  return heads;
}
