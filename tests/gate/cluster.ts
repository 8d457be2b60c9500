import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/platform/config/load.ts';
import { createQueueBackend } from '../../src/queue/backend.ts';
import { scheduleQueueName } from '../../src/queue/run-schedules.ts';
import { startWorkerProcess, type WorkerProcess } from '../faults/worker-process.ts';
import { ndjson, traffic } from '../integration/deployment-fixture.ts';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

export const shadowKey = 'gate-shadow-key';
export const adminKey = 'gate-admin-key';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of all routes.
  body: any;
  /** An earlier attempt got no answer: it may have been carried out. */
  repeated: boolean;
}

export interface Cluster {
  database: TestDatabase;
  /** One attempt; null: no answer came. */
  attempt(method: string, path: string, body?: unknown, as?: string): Promise<Answer | null>;
  /** Again and again until there is an answer. */
  send(method: string, path: string, body?: unknown, as?: string): Promise<Answer>;
  kills: number;
  close(): Promise<void>;
}

/** How often something is killed, and jobs are enqueued that are there already. */
const [killEveryMs, remindEveryMs] = [1_500, 250];

/**
 * A real API and two real workers on one PostgreSQL, of which one after another is killed with SIGKILL and started again;
 * and the jobs that look at tests and rollouts, enqueued in duplicate as if they were due all the time.
 */
export async function startCluster(random: () => number): Promise<Cluster> {
  const database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.url,
    SHADOW_API_KEY: shadowKey,
    ASSAY_ADMIN_KEY: adminKey,
    RATE_LIMIT_REQUESTS_PER_SECOND: '1000000',
    RATE_LIMIT_BURST: '10000000',
    WORKER_THREADS: '1',
  };
  let api: ApiProcess = await startApiProcess(env);
  const { port, url } = api;
  const workers: WorkerProcess[] = await Promise.all([startWorkerProcess(env), startWorkerProcess(env)]);

  await fetch(`${url}/samples?dataset=d`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shadowKey}`, ...ndjson },
    body: traffic,
  });

  const attempt: Cluster['attempt'] = async (method, path, body, as = shadowKey) => {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      // A database that is busy, or a pool that is: not done, and said so.
      if (response.status >= 500) return null;
      return { status: response.status, body: await response.json(), repeated: false };
    } catch {
      return null;
    }
  };

  const stopping = new AbortController();
  const cluster: Cluster = {
    database,
    attempt,
    send: async (method, path, body, as) => {
      for (let repeated = false; ; repeated = true) {
        const answer = await attempt(method, path, body, as);
        if (answer !== null) return { ...answer, repeated };
        await sleep(100);
      }
    },
    kills: 0,
    close: async () => {
      stopping.abort();
      await Promise.all([killing, reminding]);
      await Promise.all([api.terminate(), ...workers.map((worker) => worker.terminate())]);
      await backend.close();
      await database.drop();
    },
  };

  const killOne = async () => {
    const victim = Math.floor(random() * 3);
    cluster.kills++;
    if (victim === 2) {
      await api.kill();
      api = await untilDone(() => startApiProcess(env, port));
    } else {
      await workers[victim]!.kill();
      workers[victim] = await untilDone(() => startWorkerProcess(env));
    }
  };
  const killing = everySoOften(killEveryMs, stopping.signal, killOne);

  const backend = createQueueBackend(loadConfig({ DATABASE_URL: database.url }), () => {});
  const queue = backend.queue(scheduleQueueName);
  let duplicates = 0;
  const reminding = everySoOften(remindEveryMs, stopping.signal, async () => {
    // Due again: within half of its interval a job is not repeated.
    await database.ownerPool.query(
      `UPDATE assay.scheduled_jobs SET started_at = 'epoch' WHERE job IN ('shadow-canaries', 'shadow-tests')`,
    );
    for (const job of ['shadow-canaries', 'shadow-canaries', 'shadow-tests'])
      await queue.add(job, {}, { jobId: `duplicate-${duplicates++}` });
  }).then(() => queue.close());
  return cluster;
}

async function everySoOften(ms: number, stop: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!stop.aborted) {
    await sleep(ms, undefined, { signal: stop }).catch(() => {});
    // On a machine that was held still even the test's own connections are not had in time; the next turn comes.
    if (!stop.aborted) await work().catch((error) => console.warn(String(error)));
  }
}

/** A process that could not start, for want of the machine's time, is started again. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      console.warn(String(error).slice(0, 500));
    }
  }
}
