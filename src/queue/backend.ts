import { setTimeout as sleep } from 'node:timers/promises';
import { type Processor, Queue as RedisQueue, Worker as RedisWorker, withBackend } from 'bullmq';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { createPool, type PoolConfig } from '../platform/database/pool.ts';
import { backendThatAsksAgain } from './backend-that-asks-again.ts';

/** The schema in which `assay migrate` installs BullMQ's own tables. */
const schema = 'bullmq';

export interface BackendConfig extends PoolConfig {
  redisUrl: string | undefined;
  redisKeyPrefix: string;
}

/** What producers use of a BullMQ queue, whichever store is behind it. */
export interface JobQueue {
  add(name: string, data: object, options?: JobOptions): Promise<unknown>;
  /**
   * Adds a job of this name every so often, once for all workers. Nothing changes where that stands already, so that
   * workers which start do not put it off. A lost store forgets it.
   */
  schedule(name: string, everyMs: number): Promise<void>;
  /** Resolves when the store answers. */
  ping(): Promise<void>;
  /** Jobs waiting, delayed and being worked on. */
  counts(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export interface JobOptions {
  jobId?: string;
  attempts?: number;
  backoff?: { type: 'exponential' | 'fixed'; delay: number };
}

export interface WorkerHandle {
  /** Takes no further job and waits for those it has. */
  close(): Promise<void>;
}

export interface WorkerSettings {
  concurrency: number;
  onError: (error: Error) => void;
}

export interface QueueBackend {
  readonly store: 'redis' | 'postgresql';
  queue(name: string): JobQueue;
  work(name: string, processor: Processor, settings: WorkerSettings): WorkerHandle;
  /** Closes connections; queues and workers first. */
  close(): Promise<void>;
}

/**
 * The one place that knows where jobs are kept: Redis when there is one, else PostgreSQL through BullMQ's own backend.
 * Either way a job is only a reminder: what must happen stands in a row first (see DESIGN: failure policy).
 */
export function createQueueBackend(config: BackendConfig, onError: (error: Error) => void): QueueBackend {
  return config.redisUrl === undefined
    ? postgresBackend(config, onError)
    : redisBackend(config.redisUrl, config.redisKeyPrefix, onError);
}

/** How long a request that enqueues waits for Redis; the poll makes up for a job that could not be added. */
const producerTimeoutMs = 2_000;

/** Finished jobs are of no interest: the row holds the outcome, and a kept id would refuse to be enqueued again. */
const jobDefaults = { removeOnComplete: true, removeOnFail: true } as const;

function redisBackend(url: string, prefix: string, onError: (error: Error) => void): QueueBackend {
  const connections: Redis[] = [];
  // BullMQ's blocking connections must retry for ever; a producer must fail fast.
  const connect = (forProducer: boolean) => {
    const redis = new Redis(url, {
      maxRetriesPerRequest: forProducer ? 1 : null,
      ...(forProducer ? { commandTimeout: producerTimeoutMs } : {}),
    });
    redis.on('error', onError);
    connections.push(redis);
    return redis;
  };
  return {
    store: 'redis',
    queue: (name) => {
      const connection = connect(true);
      const queue = new RedisQueue(name, {
        connection,
        prefix,
        defaultJobOptions: jobDefaults,
        skipWaitingForReady: true,
      });
      queue.on('error', onError);
      return jobQueue(queue, async () => {
        await connection.ping();
      });
    },
    work: (name, processor, settings) => {
      const worker = new RedisWorker(name, processor, {
        connection: connect(false),
        prefix,
        concurrency: settings.concurrency,
        ...workerDefaults,
      });
      worker.on('error', settings.onError);
      return { close: () => worker.close() };
    },
    close: async () => {
      for (const redis of connections) redis.disconnect();
    },
  };
}

function postgresBackend(config: BackendConfig, onError: (error: Error) => void): QueueBackend {
  const { Queue, Worker } = withBackend(backendThatAsksAgain(failurePauseMs));
  // Each worker keeps one connection listening; the others are shared by everything else.
  const listenersMax = 4;
  const pool = createPool(config, 'app', {
    applicationName: 'assay-queue',
    size: listenersMax + 3,
    searchPath: schema,
    driverTypes: true,
    onError,
  });
  slowDownFailures(pool);
  return {
    store: 'postgresql',
    queue: (name) => {
      const queue = new Queue(name, { connection: pool, defaultJobOptions: jobDefaults });
      queue.on('error', onError);
      return jobQueue(queue, () => ping(pool));
    },
    work: (name, processor, settings) => {
      const worker = new Worker(name, processor, {
        connection: pool,
        concurrency: settings.concurrency,
        ...workerDefaults,
      });
      worker.on('error', settings.onError);
      return { close: () => worker.close() };
    },
    close: () => pool.end(),
  };
}

/** A failing loop logs twice a second then, and leaves the event loop to the signal that ends the process. */
const failurePauseMs = 500;

/**
 * BullMQ's workers ask again at once when PostgreSQL refused them for another reason than a closed port. One seen to outlive
 * its server turned in microtasks alone, so that no timer or signal got a turn; one whose database was dropped wrote
 * thousands of log lines a second. Both grew to gigabytes.
 */
function slowDownFailures(pool: Pool): void {
  type Ask = (...args: unknown[]) => Promise<unknown>;
  const patient = (ask: Ask): Ask => {
    const patiently = async (args: unknown[]) => {
      try {
        return await ask(...args);
      } catch (error) {
        await sleep(failurePauseMs);
        throw error;
      }
    };
    // With a callback it is the pool that asks itself, for a query that waits already.
    return (...args) => (typeof args.at(-1) === 'function' ? ask(...args) : patiently(args));
  };
  pool.query = patient(pool.query.bind(pool) as Ask) as typeof pool.query;
  pool.connect = patient(pool.connect.bind(pool) as Ask) as typeof pool.connect;
}

/** A worker that died is noticed by its row's lock within seconds (see `recover-forgotten`), not by these. */
const workerDefaults = { lockDuration: 30_000, stalledInterval: 15_000, maxStalledCount: 10 } as const;

interface AnyQueue {
  add(name: string, data: object, options?: object): Promise<unknown>;
  getJobScheduler(id: string): Promise<{ every?: number } | undefined>;
  upsertJobScheduler(id: string, repeat: { every: number }, template: { name: string }): Promise<unknown>;
  getJobCounts(...states: string[]): Promise<Record<string, number>>;
  close(): Promise<void>;
}

function jobQueue(queue: AnyQueue, pingStore: () => Promise<void>): JobQueue {
  return {
    add: (name, data, options) => queue.add(name, data, options),
    schedule: async (name, everyMs) => {
      const known = await queue.getJobScheduler(name);
      if (known?.every === everyMs) return;
      await queue.upsertJobScheduler(name, { every: everyMs }, { name });
    },
    ping: pingStore,
    counts: () => queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized'),
    close: () => queue.close(),
  };
}

async function ping(pool: Pool): Promise<void> {
  await pool.query('SELECT 1');
}
