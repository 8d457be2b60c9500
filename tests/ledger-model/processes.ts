import { createTestApi, type TestApi } from '../support/api.ts';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { controlLedgerClock } from '../support/ledger-clock.ts';
import type { Answer } from './command.ts';
import type { LedgerUnderTest, Send } from './under-test.ts';

export interface Started extends LedgerUnderTest {
  database: TestDatabase;
  close(): Promise<void>;
}

/** Any date will do; this one is in no daylight-saving change and in no month that was partitioned for. */
const startMs = Date.UTC(2031, 4, 5, 6, 7, 8, 9);

const unlimited = { RATE_LIMIT_REQUESTS_PER_SECOND: '1000000', RATE_LIMIT_BURST: '10000000' };

/**
 * Two APIs in this process: everything an `assay api` has of its own (connections, commit lanes, caches), on one
 * database, without sockets between. Their clocks are the ledger's.
 */
export async function inOneProcess(env: Record<string, string> = {}): Promise<Started> {
  const database = await createTestDatabase();
  const clock = await controlLedgerClock(database.ownerPool, startMs);
  const apis: TestApi[] = [];
  for (let i = 0; i < 2; i++)
    apis.push(await createTestApi({ ...unlimited, ...env }, { database, clock: clock.nowMs }));
  const key = await apis[0]!.key({ requestsPerSecond: 1_000_000 });
  return {
    ...clock,
    database,
    processes: apis.map((api): Send => {
      return async (method, path, body, idempotencyKey) => {
        const headers: Record<string, string> =
          idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
        const {
          status,
          text,
          body: answered,
          headers: sent,
        } = await api.send(method, path, { key, body, headers });
        return { status, text, body: answered, replayed: sent.get('idempotent-replayed') === 'true' };
      };
    }),
    close: async () => {
      for (const api of apis) await api.close();
      await database.drop();
    },
  };
}

/** Two spawned `assay api` on one database, over HTTP. */
export async function spawned(env: Record<string, string> = {}): Promise<Started> {
  const database = await createTestDatabase();
  const clock = await controlLedgerClock(database.ownerPool, startMs);
  const settings = { DATABASE_URL: database.url, CREDITS_API_KEY: 'credits-key', ...unlimited, ...env };
  const apis: ApiProcess[] = await Promise.all([startApiProcess(settings), startApiProcess(settings)]);
  return {
    ...clock,
    database,
    processes: apis.map(({ url }) => sendTo(url, 'credits-key')),
    close: async () => {
      await Promise.all(apis.map((api) => api.terminate()));
      await database.drop();
    },
  };
}

/** Sends to a server; throws where no answer comes. */
export function sendTo(url: string, key: string, signal?: () => AbortSignal): Send {
  return async (method, path, body, idempotencyKey): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal: signal() }),
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      body: text === '' ? undefined : JSON.parse(text),
      replayed: response.headers.get('idempotent-replayed') === 'true',
    };
  };
}
