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

/** Two generations of so many; about 20 MB. Tenants beyond them cost an index probe a batch. */
const generationMax = 50_000;

/**
 * The last entries of tenants, kept from batch to batch for as long as nobody else appended. The log is the source: what
 * the cache holds was true at the head it was left with, and another head empties it.
 *
 * Heads are changed in place, so that a batch that was sealed and is not written yet is already counted. Its tenants must not
 * be asked of the log, which is why the older half goes at once and the newer half, theirs among it, stays.
 */
export class TenantHeadCache {
  #heads: TenantHeads = new Map();
  #older: TenantHeads = new Map();
  #chainHash: Buffer | undefined;

  /** @returns the heads of all of `tenants`, and others, to be changed as entries are appended. */
  async load(client: ClientBase, tenants: ReadonlySet<string>, chainHash: Buffer): Promise<TenantHeads> {
    if (this.#chainHash === undefined || !this.#chainHash.equals(chainHash)) this.#clear();
    // From here on they are at no head that anyone knows.
    this.#chainHash = undefined;
    if (this.#heads.size > generationMax) {
      this.#older = this.#heads;
      this.#heads = new Map();
    }
    const unknown: string[] = [];
    for (const tenant of tenants) {
      if (this.#heads.has(tenant)) continue;
      const known = this.#older.get(tenant);
      if (known === undefined) unknown.push(tenant);
      else this.#heads.set(tenant, known);
    }
    for (const [tenant, head] of await findTenantHeads(client, unknown)) this.#heads.set(tenant, head);
    return this.#heads;
  }

  /** The heads that were loaded are now those at this head of the log. */
  keep(chainHash: Buffer): void {
    this.#chainHash = chainHash;
  }

  #clear(): void {
    this.#heads = new Map();
    this.#older = new Map();
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
