import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi, testAdminKey } from '../support/api.ts';

const root = new URL('../../', import.meta.url);
let api: TestApi;
beforeAll(async () => {
  api = await createTestApi();
});
afterAll(() => api.close());

const post = async (path: string, body: unknown) =>
  (await api.send('POST', path, { key: testAdminKey, body })).body;

async function assay(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const options = {
    cwd: root,
    env: { PATH: process.env.PATH, DATABASE_URL: api.database.url, LOG_LEVEL: 'error' },
  };
  return promisify(execFile)(process.execPath, ['src/cli/main.ts', ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test('an operator sees leases and resolves the unresolved, burning or, unsafely, restoring them', async () => {
  await post('/credits/topup', { tenant_id: 'a', amount: 1_000 });
  const register = (incarnation: string) =>
    post('/leases/register', { instance: 'pod', incarnation, boot_id: 'boot' });
  const { epoch } = await register('1');
  const acquire = (request_id: string) =>
    post('/leases/acquire', { tenant_id: 'a', instance: 'pod', epoch, request_id, want: 10, min: 1 });
  const [burned, restored] = [(await acquire('r1')).lease_id, (await acquire('r2')).lease_id];
  expect((await assay('leases', 'resolve', burned, '--burn')).stderr).toContain('the lease is active');
  await register('2');
  const listed = await assay('leases', 'list', '--tenant', 'a', '--state', 'unresolved');
  expect(listed.stdout.split('\n').filter((line) => line.includes('unresolved'))).toHaveLength(2);
  expect((await assay('leases', 'resolve', burned, '--burn')).stdout).toBe(
    `${burned} of a is burned: 10 spent, 0 returned\n`,
  );
  expect((await assay('leases', 'resolve', restored, '--restore-unsafe')).stdout).toBe(
    `${restored} of a is restored: 0 spent, 10 returned\n`,
  );
  const { rows } = await api.database.ownerPool.query(
    "SELECT available, leased, spent, unresolved FROM credits.accounts WHERE tenant_id = 'a'",
  );
  expect(rows).toEqual([{ available: 990, leased: 0, spent: 10, unresolved: 0 }]);
});

test('wrong use is told with the usage', async () => {
  expect(await assay('leases', 'resolve', 'x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--burn'),
  });
  expect(await assay('leases', 'list', '--state', 'open')).toMatchObject({ code: 2 });
  expect(await assay('leases', 'resolve', 'x', '--burn')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('no lease'),
  });
});
