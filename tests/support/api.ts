import { createApp } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/context.ts';
import { connectApi } from '../../src/cli/support/start-api.ts';
import { loadConfig } from '../../src/platform/config/load.ts';
import { type CreateKeyInput, createKey } from '../../src/platform/keys/manage-keys.ts';
import { createLifecycle } from '../../src/platform/lifecycle/lifecycle.ts';
import { createLogger } from '../../src/platform/log/logger.ts';
import { createMetrics } from '../../src/platform/metrics/metrics.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';

export interface TestApi {
  app: ReturnType<typeof createApp>;
  deps: ApiDeps;
  database: TestDatabase;
  /** What was logged so far, a line each. */
  logged: string[];
  /** Stores a key. @returns its text. */
  key(input?: Partial<CreateKeyInput>): Promise<string>;
  /** Sends a request; an object body is sent as JSON. */
  send(method: string, path: string, options?: SendOptions): Promise<TestAnswer>;
  close(): Promise<void>;
}

export interface SendOptions {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface TestAnswer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of all routes; tests compare what they expect.
  body: any;
}

export const testAdminKey = 'test-admin-key';

/** Encryption keys that every test API shares; set them empty for an API that has none. */
export const testEncryption = {
  ENCRYPTION_KEYS: `test-1:${Buffer.alloc(32, 1).toString('base64')}`,
  FINGERPRINT_KEY: Buffer.alloc(32, 2).toString('base64'),
};

/**
 * The API as `assay api` makes it, without a server and on a database of its own, or on one that is given and stays.
 *
 * @param env settings besides the database, such as `REDIS_URL`.
 * @param given a clock of the test's own; a database that several APIs share.
 */
export async function createTestApi(
  env: Record<string, string> = {},
  given: { clock?: () => number; database?: TestDatabase } = {},
): Promise<TestApi> {
  const database = given.database ?? (await createTestDatabase());
  const config = loadConfig({
    DATABASE_URL: database.url,
    ASSAY_ADMIN_KEY: testAdminKey,
    ...testEncryption,
    ...env,
  });
  const logged: string[] = [];
  const log = createLogger({ logLevel: 'debug' }, 'api', { write: (line) => void logged.push(line) });
  const lifecycle = createLifecycle({ log, graceMs: 1_000 });
  const deps = connectApi(config, {
    log,
    lifecycle,
    metrics: createMetrics(),
    clock: given.clock ?? Date.now,
  });
  const app = createApp(deps);
  return {
    app,
    deps,
    database,
    logged,
    key: async (input = {}) => {
      const defaults = { name: 'test', scopes: ['admin'], tenantId: null, requestsPerSecond: null };
      return (await createKey(deps.pool, { ...defaults, ...input })).text;
    },
    send: async (method, path, options = {}) => answer(await app.request(path, requestInit(method, options))),
    close: async () => {
      await lifecycle.stop('the test is over');
      if (given.database === undefined) await database.drop();
    },
  };
}

function requestInit(method: string, { key, body, headers }: SendOptions): RequestInit {
  const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
  return {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: (isRaw ? body : JSON.stringify(body)) as string }),
  };
}

async function answer(response: Response): Promise<TestAnswer> {
  const text = await response.text();
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}
