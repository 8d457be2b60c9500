import type { Pool } from 'pg';
import { InvalidRequestError } from '../../platform/errors.ts';
import { findRuleVersion } from '../rule-versions/find-rule-version.ts';
import type { NewVariant } from './create-test.ts';

export interface GivenVariant {
  name?: string | undefined;
  ruleId?: string | undefined;
  /** Default: of the latest version. */
  ruleHash?: string | undefined;
}

/**
 * Ties a variant to the stored version of its rule. A rule that nobody stored is no fault: the test can conclude, and
 * what it concluded cannot be deployed. A hash that the rule has not got is one, since it was meant to pin something.
 *
 * @param location of the variant in the request.
 * @throws InvalidRequestError for such a hash.
 */
export async function resolveVariant(
  pool: Pool,
  tenantId: string,
  given: GivenVariant,
  location: string,
): Promise<NewVariant> {
  const ruleId = given.ruleId ?? null;
  const name = given.name ?? ruleId ?? '';
  if (ruleId === null) return { name, ruleId, ruleHash: null };
  const choice = given.ruleHash === undefined ? 'latest' : { hash: given.ruleHash };
  const version = await findRuleVersion(pool, tenantId, ruleId, choice);
  if (version === null && given.ruleHash !== undefined) {
    const message = `rule "${ruleId}" of tenant "${tenantId}" has no stored version with this hash`;
    throw new InvalidRequestError(message, { errors: [{ location: `${location}.rule_hash`, message }] });
  }
  return { name, ruleId, ruleHash: version?.rule_hash ?? null };
}
