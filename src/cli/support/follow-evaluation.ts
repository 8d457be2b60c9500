import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../../shadow/report/report.ts';
import type { ApiClient } from './api-client.ts';
import { ApiProblem } from './api-client.ts';

export interface EvaluationState {
  eval_id: string;
  rule_id: string;
  rule_hash: string;
  status: 'queued' | 'running' | 'completed' | 'failed';
  progress: { done: number; total: number };
  error?: { code: string; message: string };
}
export type FinishedEvaluation = EvaluationState & Report;

const pollMs = 500;

/**
 * Waits for an evaluation, telling how far it is: by server-sent events, and by asking where a proxy in between
 * swallows those.
 *
 * @throws Error with the reason when the evaluation failed; ApiProblem when the API refused.
 */
export async function followEvaluation(
  client: ApiClient,
  evalId: string,
  onProgress: (done: number, total: number) => void,
): Promise<FinishedEvaluation> {
  for await (const state of states(client, evalId)) {
    onProgress(state.progress.done, state.progress.total);
    if (state.status === 'completed') return state as FinishedEvaluation;
    if (state.status === 'failed') {
      throw new Error(`the evaluation failed: ${state.error?.message ?? 'no reason was given'}`);
    }
  }
  throw new Error(`evaluation ${evalId} was not followed to its end`);
}

async function* states(client: ApiClient, evalId: string): AsyncGenerator<EvaluationState> {
  const path = `/shadow/results/${encodeURIComponent(evalId)}`;
  const stop = new AbortController();
  try {
    for await (const { data } of client.events(`${path}/events`, stop.signal)) {
      yield JSON.parse(data) as EvaluationState;
    }
  } catch (error) {
    if (error instanceof ApiProblem && error.status !== 404) throw error;
  } finally {
    stop.abort();
  }
  for (;;) {
    yield await client.call<EvaluationState>('GET', path);
    await sleep(pollMs);
  }
}
