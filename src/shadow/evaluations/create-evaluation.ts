import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { EmptySelectionError } from '../../platform/errors.ts';
import { storeRuleVersion } from '../rule-versions/store-rule-version.ts';
import { canonicalRule, ruleHash } from '../rules/canonical.ts';
import type { RuleConfig } from '../rules/rule-config.ts';
import { resolveDataset } from '../samples/find-dataset.ts';
import { openSelection } from '../selections/open-selection.ts';
import { type Lane, laneOf } from './evaluation.ts';

export interface EvaluationRequest {
  tenantId: string;
  ruleId: string;
  ruleName: string;
  rule: RuleConfig;
  baseline: RuleConfig | null;
  dataset: string;
  /** Milliseconds since the epoch; null: open. */
  windowFrom: number | null;
  windowTo: number | null;
  sampleSize: number | null;
}

export interface CreatedEvaluation {
  evalId: string;
  ruleHash: string;
  lane: Lane;
  total: number;
}

/**
 * Stores the rule version and the evaluation, pinned to the dataset as it is now. Enqueueing it comes after: the row is
 * what is promised.
 *
 * @throws EmptySelectionError when no sample is selected; nothing is stored then.
 */
export async function createEvaluation(
  pool: Pool,
  newId: () => string,
  request: EvaluationRequest,
): Promise<CreatedEvaluation> {
  const dataset = await resolveDataset(pool, request.tenantId, request.dataset);
  if (dataset === null || dataset.sampleCount === 0) {
    throw new EmptySelectionError(
      `dataset "${request.dataset}" holds no samples that tenant "${request.tenantId}" may evaluate on; ` +
        `upload some with POST /samples?dataset=${encodeURIComponent(request.dataset)}`,
    );
  }
  const selection = await openSelection(pool, {
    datasetId: dataset.datasetId,
    datasetVersion: dataset.version,
    windowFrom: request.windowFrom,
    windowTo: request.windowTo,
    sampleSize: request.sampleSize,
  });
  if (selection === null) throw emptyWindow(request, dataset.sampleCount);

  return withTransaction(pool, async (client) => {
    const version = await storeRuleVersion(client, {
      tenantId: request.tenantId,
      ruleId: request.ruleId,
      ruleName: request.ruleName,
      config: request.rule,
    });
    const created = {
      evalId: newId(),
      ruleHash: version.rule_hash,
      lane: laneOf(selection.sampleCount),
      total: selection.sampleCount,
    };
    await client.query(sql(import.meta.url, './sql/insert-evaluation.sql'), [
      created.evalId,
      request.tenantId,
      request.ruleId,
      version.version,
      version.rule_hash,
      selection.selectionId,
      dataset.datasetId,
      dataset.name,
      dataset.version,
      request.baseline === null ? null : ruleHash(request.baseline),
      request.baseline === null ? null : canonicalRule(request.baseline),
      created.total,
      created.lane,
    ]);
    return created;
  });
}

function emptyWindow(request: EvaluationRequest, available: number): EmptySelectionError {
  const show = (at: number | null) => (at === null ? 'open' : new Date(at).toISOString());
  return new EmptySelectionError(
    `none of the ${available} samples of dataset "${request.dataset}" lies in the time window ` +
      `[${show(request.windowFrom)}, ${show(request.windowTo)}); widen time_window or leave it out`,
  );
}
