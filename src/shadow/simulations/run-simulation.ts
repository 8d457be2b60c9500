import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import { type DrawTotals, summariseArms } from '../../stats/monte-carlo.ts';
import type { ThreadPool } from '../../workers/pool.ts';
import { findSimulation, type SimulationRequest } from './simulation.ts';

export interface RunSimulationDeps {
  pool: Pool;
  threads: ThreadPool;
}

/** Draws of one task: about 50 ms for two arms. Fixed, so that the number of threads has no part in the result. */
const drawsPerTask = 100_000;
/** A task within these bounds takes a second at most; this is for a machine that is busy with something else. */
const taskTimeoutMs = 60_000;

/** Draws on the threads and stores the result. One that is finished, or not there, is left alone. */
export async function runSimulation(
  { pool, threads }: RunSimulationDeps,
  simulationId: string,
  signal: AbortSignal,
): Promise<void> {
  const simulation = await findSimulation(pool, simulationId, null);
  if (simulation === null || simulation.result !== null) return;
  const { request } = simulation;
  const runs = await Promise.all(tasksOf(request).map((task) => draw(threads, task, signal)));
  const result = summariseArms(request.shapes, runs);
  await pool.query(sql(import.meta.url, './sql/finish-simulation.sql'), [
    simulationId,
    JSON.stringify(result),
  ]);
}

/** Each task has a seed of its own, far from the others' in the generator's sequence. */
function tasksOf({ shapes, draws, seed }: SimulationRequest): SimulationRequest[] {
  const count = Math.ceil(draws / drawsPerTask);
  return Array.from({ length: count }, (_, k) => ({
    shapes,
    draws: Math.min(drawsPerTask, draws - k * drawsPerTask),
    seed: (seed + k * 2_654_435_761) % 2 ** 53,
  }));
}

async function draw(threads: ThreadPool, task: SimulationRequest, signal: AbortSignal): Promise<DrawTotals> {
  return await threads.run(
    { kind: 'draw-arms', ...task },
    {
      transfer: [],
      signal,
      timeoutMs: taskTimeoutMs,
      onTimeout: () => new Error(`${task.draws} draws took longer than ${taskTimeoutMs} ms`),
    },
  );
}
