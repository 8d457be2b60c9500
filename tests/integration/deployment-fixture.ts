import { expect } from 'vitest';
import { createLifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { startWorker } from '../../src/queue/start-worker.ts';
import type { TestApi } from '../support/api.ts';

export const ndjson = { 'content-type': 'application/x-ndjson' };

/** Distinct requests: 500 attacks of ten kinds, told by a word, and 1,500 that are none. */
export const traffic = Array.from({ length: 2_000 }, (_, i) =>
  JSON.stringify({
    id: `s${i}`,
    timestamp: 1_767_225_600_000 + i * 1_000,
    payload: i % 4 === 0 ? `kind${(i / 4) % 10} of attack, request ${i}` : `hello, request ${i}`,
    is_attack: i % 4 === 0,
  }),
).join('\n');

/** A rule that knows so many of the ten kinds. */
export const catching = (kinds: number, alsoBenign = false) => ({
  type: 'signature',
  patterns: [...Array.from({ length: kinds }, (_, k) => `kind${k} of`), ...(alsoBenign ? ['hello'] : [])],
});

export interface EvaluationRig {
  /** Evaluates on the traffic. @returns the finished evaluation. */
  evaluate(ruleId: string, rule: object, more?: Record<string, unknown>): Promise<Evaluated>;
  stop(): Promise<void>;
}

export interface Evaluated {
  evalId: string;
  ruleHash: string;
}

/** A worker beside an API, and traffic to evaluate on. */
export async function startEvaluations(api: TestApi, key: string): Promise<EvaluationRig> {
  const log = createLogger({ logLevel: 'silent' }, 'worker');
  const worker = createLifecycle({ log, graceMs: 1_000 });
  startWorker({ ...api.deps.config, workerThreads: 1 }, { log, metrics: createMetrics(), lifecycle: worker });
  await api.send('POST', '/samples?dataset=d', { key, body: traffic, headers: ndjson });
  return {
    evaluate: async (ruleId, rule, more = {}) => {
      const { status, body } = await api.send('POST', '/shadow/evaluate', {
        key,
        body: { rule_id: ruleId, rule_config: rule, dataset: 'd', ...more },
        headers: { prefer: 'wait=30' },
      });
      expect([status, body.status], JSON.stringify(body)).toEqual([200, 'completed']);
      return { evalId: body.eval_id, ruleHash: body.rule_hash };
    },
    stop: async () => {
      await worker.stop('the test is over');
    },
  };
}
