import { chmod, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode } from '../../scripts/run-node.ts';
import { type ApiProcess, startApiProcess } from '../support/api-process.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  type SidecarClient,
  type SidecarProcess,
  sidecarClient,
  startSidecarProcess,
} from '../support/sidecar-process.ts';

/** `npm run test:sidecar`: the numbers of kills, processes and seconds that are promised, instead of a few. */
export const isLong = process.env.ASSAY_TEST_MINUTES !== undefined;

export const sidecarTestKey = 'sidecar-test-key';

export interface SidecarFixture {
  database: TestDatabase;
  api: ApiProcess;
  /** Kills the API and has it come back on the same port. */
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
  topUp(tenantId: string, amount: number): Promise<void>;
  accounts(tenantId: string): Promise<Accounts>;
  /** @param name of the instance; a second start under it goes on with its journal. */
  sidecar(name: string, env?: Record<string, string>): Promise<SidecarProcess>;
  /** SIGTERM. */
  stopSidecar(name: string): Promise<void>;
  socket(name: string): string;
  /** Kept for a name. */
  client(name: string): SidecarClient;
  close(): Promise<void>;
}

export interface Accounts {
  available: number;
  leased: number;
  spent: number;
  unresolved: number;
  granted: number;
}

/** A real API on a database of its own, and sidecars as processes of this machine. */
export async function createSidecarFixture(env: Record<string, string> = {}): Promise<SidecarFixture> {
  const database = await createTestDatabase();
  const directory = await mkdtemp(join(tmpdir(), 'assay-sidecar-'));
  await chmod(directory, 0o711); // nginx's workers are of another account
  const apiEnv = {
    DATABASE_URL: database.url,
    CREDITS_API_KEY: sidecarTestKey,
    LEASE_TTL_MS: '5000',
    ...env,
  };
  const main = isLong ? await buildForm(join(directory, 'app')) : undefined;
  const clients = new Map<string, SidecarClient>();
  const processes = new Map<string, SidecarProcess>();
  const socket = (name: string) => join(directory, `${name}.sock`);
  const fixture: SidecarFixture = {
    database,
    api: await startApiProcess(apiEnv),
    stopApi: () => fixture.api.kill(),
    startApi: async () => {
      fixture.api = await startApiProcess(apiEnv, fixture.api.port);
    },
    topUp: async (tenantId, amount) => {
      const headers = { authorization: `Bearer ${sidecarTestKey}`, 'content-type': 'application/json' };
      const init = { method: 'POST', headers, body: JSON.stringify({ tenant_id: tenantId, amount }) };
      const answer = await fetch(`${fixture.api.url}/credits/topup`, init);
      if (!answer.ok) throw new Error(`topup: ${answer.status} ${await answer.text()}`);
    },
    accounts: (tenantId) => readAccounts(database, tenantId),
    sidecar: async (name, more = {}) => {
      const paths = { directory: join(directory, name), socket: socket(name) };
      const started = await startSidecarProcess({
        apiUrl: fixture.api.url,
        apiKey: sidecarTestKey,
        instance: name,
        ...paths,
        env: more,
        main,
      });
      processes.set(name, started);
      return started;
    },
    stopSidecar: async (name) => {
      await processes.get(name)?.terminate();
    },
    socket,
    client: (name) => {
      const known = clients.get(name) ?? sidecarClient(socket(name));
      clients.set(name, known);
      return known;
    },
    close: async () => {
      for (const client of clients.values()) client.close();
      await Promise.all([...processes.values()].map((one) => (hasEnded(one) ? undefined : one.kill())));
      if (fixture.api.child.exitCode === null && fixture.api.child.signalCode === null)
        await fixture.api.kill();
      await database.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
  return fixture;
}

/** As it is shipped: how soon a killed one is back is a promise about that. */
async function buildForm(home: string): Promise<string> {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  if ((await runNode([join(root, 'scripts/build.ts'), join(home, 'dist')])) !== 0)
    throw new Error('the build failed');
  await cp(join(root, 'package.json'), join(home, 'package.json'));
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'));
  return join(home, 'dist', 'cli', 'main.js');
}

function hasEnded({ child }: SidecarProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function readAccounts({ ownerPool }: TestDatabase, tenantId: string): Promise<Accounts> {
  const { rows } = await ownerPool.query<Accounts>(
    'SELECT available, leased, spent, unresolved, -issued AS granted FROM credits.accounts WHERE tenant_id = $1',
    [tenantId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`no accounts of ${tenantId}`);
  return row;
}
