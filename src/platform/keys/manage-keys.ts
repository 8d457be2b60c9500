import type { ClientBase, Pool } from 'pg';
import { sql } from '../database/sql.ts';
import { InvalidRequestError } from '../errors.ts';
import { tenantIdFault } from '../tenant-id.ts';
import { makeKey, type NewKey } from './key-text.ts';
import { isScope, scopes } from './scopes.ts';

export interface CreateKeyInput {
  name: string;
  scopes: readonly string[];
  /** The only tenant the key may see; null: any. */
  tenantId: string | null;
  /** Null: the configured default. */
  requestsPerSecond: number | null;
}

export interface StoredKey {
  key_id: string;
  name: string;
  scopes: string[];
  tenant_id: string | null;
  requests_per_second: number | null;
  created_at: Date;
  revoked_at: Date | null;
}

/** As long as a line of a list can show. */
const nameLengthMax = 100;

/**
 * Makes a key and stores its hash; the text in the answer exists nowhere else.
 *
 * @throws InvalidRequestError naming every fault of the input.
 */
export async function createKey(pool: Pool | ClientBase, input: CreateKeyInput): Promise<NewKey> {
  const faults = faultsOf(input);
  if (faults.length > 0) throw new InvalidRequestError(faults.join('; '));
  const key = makeKey();
  await pool.query(sql(import.meta.url, './sql/insert-key.sql'), [
    key.keyId,
    key.sha256,
    input.name,
    [...new Set(input.scopes)],
    input.tenantId,
    input.requestsPerSecond,
  ]);
  return key;
}

export async function listKeys(pool: Pool): Promise<StoredKey[]> {
  const { rows } = await pool.query<StoredKey>(sql(import.meta.url, './sql/list-keys.sql'));
  return rows;
}

/**
 * Revokes a key for good; processes that saw it lately go on accepting it for up to `keyTtlMs`.
 *
 * @returns the key, or null when there is none with this id.
 */
export async function revokeKey(
  pool: Pool | ClientBase,
  keyId: string,
): Promise<{ name: string; revoked_at: Date } | null> {
  const { rows } = await pool.query<{ name: string; revoked_at: Date }>(
    sql(import.meta.url, './sql/revoke-key.sql'),
    [keyId],
  );
  return rows[0] ?? null;
}

function faultsOf(input: CreateKeyInput): string[] {
  const faults: string[] = [];
  const nameLength = input.name.trim().length;
  if (nameLength === 0 || nameLength > nameLengthMax)
    faults.push(`a name has 1 to ${nameLengthMax} characters`);
  if (input.scopes.length === 0) faults.push(`at least one scope is needed, of ${scopes.join(', ')}`);
  for (const scope of input.scopes) {
    if (!isScope(scope)) faults.push(`"${scope}" is no scope; there are ${scopes.join(', ')}`);
  }
  const tenantFault = input.tenantId === null ? null : tenantIdFault(input.tenantId);
  if (tenantFault !== null) faults.push(`the tenant ${tenantFault}`);
  const perSecond = input.requestsPerSecond;
  if (perSecond !== null && !(Number.isInteger(perSecond) && perSecond >= 1 && perSecond <= 10_000_000)) {
    faults.push('requests per second are a whole number from 1 to 10000000');
  }
  return faults;
}
