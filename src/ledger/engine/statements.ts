import type { Statement } from '../../platform/database/exchange/exchange.ts';
import { sql } from '../../platform/database/sql.ts';

/** A statement of `sql/`, prepared once a connection under the file's name. */
export function statement(file: string, values: readonly (string | Buffer | null)[] = []): Statement {
  return { name: `ledger_${file}`, text: sql(import.meta.url, `./sql/${file}.sql`), values };
}

export function copyStatement(file: string, copy: Buffer): Statement {
  return { ...statement(file), copy };
}

export const begin: Statement = { name: 'begin', text: 'BEGIN' };
export const commit: Statement = { name: 'commit', text: 'COMMIT' };
export const rollback: Statement = { name: 'rollback', text: 'ROLLBACK' };
