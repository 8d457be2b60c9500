import type { Pool, PoolClient } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { withTransaction } from '../../platform/database/transaction.ts';
import { ConflictError } from '../../platform/errors.ts';
import { countOutcomes } from '../canaries/canary-state.ts';
import { type RecordedBatch, storeFresh } from '../fresh-observations.ts';
import { lockCanaryState, saveCanaryState } from './canary-state-row.ts';
import { findDeployment } from './find-deployments.ts';

export interface CanaryObservation {
  /** The caller's own; a repeated one is ignored. */
  id: string;
  arm: 'baseline' | 'canary';
  error: boolean;
  latencyMs: number | null;
  at: Date;
}

const armNumbers = { baseline: 0, canary: 1 } as const;

/**
 * Stores a batch and carries the canary's health over it, in one transaction: sent again, whole or in part, it changes
 * nothing. Costs what the batch is long, however much was seen before.
 *
 * @param judgePool connections as `assay_judge`.
 * @throws ConflictError `canary_finished` when the rollout is over, or never was one.
 */
export async function recordCanaryObservations(
  judgePool: Pool,
  deploymentId: string,
  observations: readonly CanaryObservation[],
): Promise<RecordedBatch> {
  return withTransaction(judgePool, async (client) => {
    const state = await lockCanaryState(client, deploymentId);
    const deployment = await findDeployment(client, deploymentId, null);
    if (state === null || deployment === null || deployment.plan === null || deployment.status !== 'canary') {
      const why = deployment === null ? 'there is none' : `it is ${deployment.status}: ${deployment.reason}`;
      throw new ConflictError('canary_finished', `the deployment is not being rolled out; ${why}`);
    }
    const fresh = await insertNew(client, deploymentId, observations);
    if (fresh.length > 0) {
      await saveCanaryState(
        client,
        deploymentId,
        countOutcomes(state, deployment.plan, fresh, deployment.secondsInStage),
      );
    }
    return { accepted: fresh.length, duplicates: observations.length - fresh.length };
  });
}

function insertNew(
  client: PoolClient,
  deploymentId: string,
  observations: readonly CanaryObservation[],
): Promise<CanaryObservation[]> {
  const insert = sql(import.meta.url, './sql/insert-canary-observations.sql');
  return storeFresh(observations, (distinct) =>
    client.query<{ observation_id: string }>(insert, [
      deploymentId,
      distinct.map(({ id }) => id),
      distinct.map(({ arm }) => armNumbers[arm]),
      distinct.map(({ error }) => error),
      distinct.map(({ latencyMs }) => latencyMs),
      distinct.map(({ at }) => at),
    ]),
  );
}
