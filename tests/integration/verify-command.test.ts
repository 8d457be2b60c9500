import { execFile } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../support/database.ts';
import { consume, createTestLedger, tell, topup } from '../support/ledger.ts';

const database = await createTestDatabase();
beforeAll(async () => {
  const ledger = createTestLedger(database.appPool);
  await tell(ledger, topup('acme', 100));
  await tell(ledger, consume('acme', 30));
  await ledger.close();
});
afterAll(() => database.drop());

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function assay(...argv: string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url };
  return new Promise((resolve) => {
    execFile(process.execPath, ['src/cli/main.ts', 'verify', ...argv], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

test('says that a ledger is in order', async () => {
  const { code, stdout } = await assay('ledger');
  expect(stdout).toMatch(/^the ledger is in order: 1 tenants, 2 transfers/);
  expect(code).toBe(0);
  expect(await assay('ledger', '--tenant', 'nobody')).toMatchObject({ code: 1, stdout: '' });
});

test('prints the first violation with its tenant and numbers, and ends with 1', async () => {
  await database.ownerPool.query('UPDATE credits.accounts SET spent = spent - 9, available = available + 9');
  const { code, stdout } = await assay('ledger');
  expect(code).toBe(1);
  expect(stdout).toMatch(/^the ledger is NOT in order/);
  expect(stdout).toContain('L2 account_balance: tenant "acme": its account holds available 79');
  const json = await assay('ledger', '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({ totals: { account_balance: 1, grants_total: 1 } });
});

test('is used in one way', async () => {
  expect(await assay()).toMatchObject({ code: 2 });
  expect(await assay('everything')).toMatchObject({ code: 2 });
  expect(await assay('ledger', '--fast')).toMatchObject({ code: 2 });
});
