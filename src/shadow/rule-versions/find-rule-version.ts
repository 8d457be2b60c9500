import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { RuleConfig, RuleType } from '../rules/rule-config.ts';

/** A rule as it was stored: it never changes. */
export interface StoredRuleVersion {
  rule_id: string;
  /** From 1, without gaps, in the order of storing. */
  version: number;
  rule_hash: string;
  rule_name: string;
  rule_type: RuleType;
  /** In normal form. */
  rule_config: RuleConfig;
  created_at: Date;
}

/** Which version: the newest, the one of a number, or the one of a hash (`sha256:…`). */
export type VersionChoice = 'latest' | { version: number } | { hash: string };

const statements = {
  latest: './sql/find-latest-rule-version.sql',
  number: './sql/find-rule-version-by-number.sql',
  hash: './sql/find-rule-version-by-hash.sql',
};

/** The version, or `null` where the tenant has no such rule or the rule no such version. */
export async function findRuleVersion(
  db: Pool | PoolClient,
  tenantId: string,
  ruleId: string,
  choice: VersionChoice = 'latest',
): Promise<StoredRuleVersion | null> {
  const { rows } = await query(db, tenantId, ruleId, choice);
  const [row] = rows;
  // The text is what `canonicalRule` wrote, so it parses to the normal form.
  return row === undefined ? null : { ...row, rule_config: JSON.parse(row.rule_config) as RuleConfig };
}

type Row = Omit<StoredRuleVersion, 'rule_config'> & { rule_config: string };

function query(db: Pool | PoolClient, tenantId: string, ruleId: string, choice: VersionChoice) {
  const find = (statement: string, ...by: (string | number)[]) =>
    db.query<Row>(sql(import.meta.url, statement), [tenantId, ruleId, ...by]);
  if (choice === 'latest') return find(statements.latest);
  return 'hash' in choice ? find(statements.hash, choice.hash) : find(statements.number, choice.version);
}
