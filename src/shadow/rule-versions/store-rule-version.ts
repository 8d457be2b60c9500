import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { UnavailableError } from '../../platform/errors.ts';
import { canonicalRule, ruleHash } from '../rules/canonical.ts';
import type { RuleConfig } from '../rules/rule-config.ts';
import { findRuleVersion } from './find-rule-version.ts';

export interface NewRuleVersion {
  tenantId: string;
  ruleId: string;
  ruleName: string;
  /** In normal form, from `parseRuleConfig`. */
  config: RuleConfig;
}

export interface RuleVersionId {
  rule_id: string;
  version: number;
  rule_hash: string;
}

/**
 * Each lost race means that another writer stored a version of the same rule meanwhile, so this many is only reached
 * when that many new versions of one rule are stored at the same moment.
 */
const attemptsMax = 100;

/**
 * Stores a rule as the next version of `ruleId`, or answers the version there is when that rule has this hash already:
 * storing is idempotent and versions never change, their name included.
 *
 * Safe under concurrency without a lock of its own: the two unique constraints decide who was first, and the loser
 * looks again. Needs READ COMMITTED (the default), where looking again sees what the winner committed; an advisory
 * lock would need a transaction round every call, also for the rules that are already there.
 *
 * @param db a pool, or a client whose transaction this shall be part of
 */
export async function storeRuleVersion(
  db: Pool | PoolClient,
  { tenantId, ruleId, ruleName, config }: NewRuleVersion,
): Promise<RuleVersionId> {
  const rule_hash = ruleHash(config);
  const row = [tenantId, ruleId, rule_hash, ruleName, config.type, canonicalRule(config)];
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const known = await findRuleVersion(db, tenantId, ruleId, { hash: rule_hash });
    if (known !== null) return { rule_id: ruleId, version: known.version, rule_hash };
    const { rows } = await db.query<{ version: number }>(
      sql(import.meta.url, './sql/insert-rule-version.sql'),
      row,
    );
    if (rows[0] !== undefined) return { rule_id: ruleId, version: rows[0].version, rule_hash };
  }
  throw new UnavailableError('overloaded', `too many versions of rule "${ruleId}" are being stored at once`);
}
