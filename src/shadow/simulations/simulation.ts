import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { BetaShape } from '../../stats/beta-shape.ts';
import type { ArmSimulation } from '../../stats/monte-carlo.ts';

export interface SimulationRequest {
  /** Posteriors of the arms. */
  shapes: BetaShape[];
  draws: number;
  seed: number;
}

export interface Simulation {
  simulationId: string;
  tenantId: string;
  request: SimulationRequest;
  /** Null until it is finished. */
  result: ArmSimulation[] | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** Draws × arms at most: four seconds of one thread, so that nobody's evaluation waits longer for it. */
export const simulationEffortMax = 20_000_000;

export async function createSimulation(
  pool: Pool,
  simulationId: string,
  tenantId: string,
  request: SimulationRequest,
): Promise<void> {
  const row = [simulationId, tenantId, JSON.stringify(request)];
  await pool.query(sql(import.meta.url, './sql/insert-simulation.sql'), row);
}

/** @returns null when there is none, or when `tenantId` is given and it belongs to another. */
export async function findSimulation(
  pool: Pool,
  simulationId: string,
  tenantId: string | null,
): Promise<Simulation | null> {
  const { rows } = await pool.query(sql(import.meta.url, './sql/find-simulation.sql'), [simulationId]);
  const row = rows[0];
  if (row === undefined || (tenantId !== null && row.tenant_id !== tenantId)) return null;
  return {
    simulationId: row.simulation_id,
    tenantId: row.tenant_id,
    request: row.request,
    result: row.result,
    createdAt: row.created_at,
    finishedAt: row.finished_at,
  };
}

/** Ids of simulations that nothing was heard of for so long. */
export async function findForgottenSimulations(pool: Pool, silenceMs: number): Promise<string[]> {
  const statement = sql(import.meta.url, './sql/find-forgotten-simulations.sql');
  const { rows } = await pool.query<{ simulation_id: string }>(statement, [silenceMs]);
  return rows.map((row) => row.simulation_id);
}
