import type { Pool } from 'pg';
import { sql } from '../../platform/database/sql.ts';
import type { EvaluationStatus } from './evaluation.ts';

export interface EvaluationState {
  status: EvaluationStatus;
  done: number;
  total: number;
  attempts: number;
}

/** What a watcher costs everybody: one indexed query for all watched evaluations of a process. */
const intervalMs = 100;

export interface EvaluationWatch {
  /**
   * The states of one evaluation as they change, ending with `completed` or `failed`, or when the signal is aborted.
   * The first state is the one found at the first look.
   */
  states(evalId: string, signal: AbortSignal): AsyncGenerator<EvaluationState, void, undefined>;
}

const isFinal = (state: EvaluationState) => state.status === 'completed' || state.status === 'failed';

/**
 * Follows evaluations by reading their rows, while anybody watches. Rows, not queue events: they are what is promised,
 * they survive a flushed queue, and any API process can serve any evaluation.
 */
export function createEvaluationWatch(pool: Pool): EvaluationWatch {
  const waiting = new Map<string, Set<(state: EvaluationState | undefined) => void>>();
  let scheduled = false;

  const poll = async () => {
    const ids = [...waiting.keys()];
    const { rows } = await pool.query(sql(import.meta.url, './sql/read-states.sql'), [ids]);
    const states = new Map<string, EvaluationState>(
      rows.map((row) => [
        row.eval_id,
        { status: row.status, done: Number(row.done), total: Number(row.total), attempts: row.attempts },
      ]),
    );
    for (const id of ids) {
      const listeners = waiting.get(id) ?? new Set();
      waiting.delete(id);
      for (const listener of listeners) listener(states.get(id));
    }
  };
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    setTimeout(async () => {
      // While the database is away, watchers wait; they are bounded by their own signals.
      await poll().catch(() => {});
      scheduled = false;
      if (waiting.size > 0) schedule();
    }, intervalMs);
  };
  const next = (evalId: string, signal: AbortSignal) =>
    new Promise<EvaluationState | undefined>((resolve) => {
      const settle = (state: EvaluationState | undefined) => {
        signal.removeEventListener('abort', abort);
        resolve(state);
      };
      const abort = () => {
        waiting.get(evalId)?.delete(settle);
        if (waiting.get(evalId)?.size === 0) waiting.delete(evalId);
        resolve(undefined);
      };
      if (signal.aborted) return resolve(undefined);
      signal.addEventListener('abort', abort, { once: true });
      const listeners = waiting.get(evalId) ?? new Set();
      waiting.set(evalId, listeners.add(settle));
      schedule();
    });

  return {
    states: async function* (evalId, signal) {
      let last = '';
      while (!signal.aborted) {
        const state = await next(evalId, signal);
        if (state === undefined) return;
        const text = JSON.stringify(state);
        if (text !== last) yield state;
        last = text;
        if (isFinal(state)) return;
      }
    },
  };
}
