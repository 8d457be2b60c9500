import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Pool } from 'pg';
import { type Config, loadConfig } from '../../src/platform/config/load.ts';
import { createLifecycle, type Lifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { uuidV7 } from '../../src/platform/uuid-v7.ts';
import { createQueueBackend, type QueueBackend } from '../../src/queue/backend.ts';
import { createEvaluationProducer, type EvaluationProducer } from '../../src/queue/jobs/shadow-evaluate.ts';
import { startWorker } from '../../src/queue/start-worker.ts';
import { createEvaluation, type EvaluationRequest } from '../../src/shadow/evaluations/create-evaluation.ts';
import { type Evaluation, findEvaluation } from '../../src/shadow/evaluations/find-evaluation.ts';
import { createEvaluationWatch } from '../../src/shadow/evaluations/watch-evaluations.ts';
import { parseRuleConfig } from '../../src/shadow/rules/parse-rule-config.ts';
import { ingestSamples } from '../../src/shadow/samples/ingest-samples.ts';
import { createTestDatabase } from '../support/database.ts';

export interface EvaluationFixture {
  pool: Pool;
  /** As a worker connects. */
  judgePool: Pool;
  config: Config;
  backend: QueueBackend;
  producer: EvaluationProducer;
  /** Stores samples given as objects; gives the dataset a new version. */
  upload(dataset: string, lines: Iterable<object>): Promise<void>;
  /** Stores an evaluation and enqueues it. */
  request(rule: object, options?: Partial<EvaluationRequest> & { baselineRule?: object }): Promise<string>;
  /** Waits for the end. */
  result(evalId: string): Promise<Evaluation & { report: Report }>;
  /** Starts a worker in this process. @returns stops it. */
  worker(threads?: number, options?: { batchTimeoutMs?: number }): () => Promise<number>;
  close(): Promise<void>;
}

/** The part of a report that tests compare. */
export interface Report {
  true_positives: number;
  false_positives: number;
  true_negatives: number;
  false_negatives: number;
  examples: { false_positives: string[]; false_negatives: string[] };
  comparison: {
    attacks: { only_challenger: number; only_baseline: number };
    benign: { only_challenger: number; only_baseline: number };
  } | null;
}

/** A database, a queue on the given store, and workers on demand, all of one test file's own. */
export async function createEvaluationFixture(redisUrl: string | undefined): Promise<EvaluationFixture> {
  const database = await createTestDatabase();
  const config = {
    ...loadConfig({ DATABASE_URL: database.url, LOG_LEVEL: 'silent' }),
    redisUrl,
    // Other test files share the Redis.
    redisKeyPrefix: uuidV7(),
  };
  const pool = database.appPool;
  const backend = createQueueBackend(config, () => {});
  const producer = createEvaluationProducer(backend);
  const watch = createEvaluationWatch(pool);
  const workers: Lifecycle[] = [];
  return {
    pool,
    judgePool: database.judgePool,
    config,
    backend,
    producer,
    upload: async (dataset, lines) => {
      const body = gzipSync([...lines].map((line) => JSON.stringify(line)).join('\n'));
      await ingestSamples(
        Readable.from([body]),
        { tenantId: '*', dataset, format: 'ndjson', gzip: true },
        { pool, clock: Date.now },
      );
    },
    request: async (rule, options = {}) => {
      const created = await createEvaluation(pool, uuidV7, {
        tenantId: 'default',
        ruleId: 'r',
        ruleName: 'r',
        rule: parseRuleConfig(undefined, rule),
        baseline:
          options.baselineRule === undefined ? null : parseRuleConfig(undefined, options.baselineRule),
        dataset: 'd',
        windowFrom: null,
        windowTo: null,
        sampleSize: null,
        ...options,
      });
      await producer.enqueue({ evalId: created.evalId, lane: created.lane, attempts: 0 });
      return created.evalId;
    },
    result: async (evalId) => {
      for await (const _ of watch.states(evalId, AbortSignal.timeout(60_000)));
      const evaluation = (await findEvaluation(pool, evalId, null))!;
      return { ...evaluation, report: evaluation.result as unknown as Report };
    },
    worker: (threads = 2, options = {}) => {
      const log = createLogger({ logLevel: 'silent' }, 'worker');
      const lifecycle = createLifecycle({ log, graceMs: 1_000 });
      startWorker(
        { ...config, workerThreads: threads },
        { log, metrics: createMetrics(), lifecycle, ...options },
      );
      workers.push(lifecycle);
      return () => lifecycle.stop('the test is done with it');
    },
    close: async () => {
      for (const worker of workers) await worker.stop('the test has ended');
      await producer.close();
      await backend.close();
      await database.drop();
    },
  };
}
