import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JournalError, type LeaseClient, openLeaseClient } from '../../src/sidecar/lease-client.ts';
import { createSidecarFixture, type SidecarFixture, sidecarTestKey } from './fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-in-process-'));
let fixture: SidecarFixture;
let credits: LeaseClient;

const open = () =>
  openLeaseClient({
    apiUrl: fixture.api.url,
    apiKey: sidecarTestKey,
    instance: 'in-process',
    journalDirectory: directory,
  });

beforeAll(async () => {
  fixture = await createSidecarFixture();
  await fixture.topUp('acme', 100);
  credits = open();
});

afterAll(async () => {
  await credits?.close();
  await fixture?.close();
  rmSync(directory, { recursive: true });
});

test('a service spends, reserves and is refused without a process beside it', async () => {
  const spent = await credits.consume({ tenantId: 'acme', amount: 3, requestId: 'r1' });
  expect(spent.kind).toBe('allowed');
  expect(credits.consumeNow({ tenantId: 'acme', amount: 3, requestId: 'r1' }).kind).toBe('allowed');
  expect(credits.consumeNow({ tenantId: 'acme', amount: 2 }).kind).toBe('allowed');
  const reserved = await credits.reserve({ tenantId: 'acme', amount: 10 }, { ttlMs: 60_000 });
  if (reserved.kind !== 'reserved') throw new Error(reserved.kind);
  expect(credits.commit('acme', reserved.reservationId, 4)).toMatchObject({ charged: 4, released: 6 });
  expect(credits.cancel('acme', reserved.reservationId)).toEqual({ kind: 'already_committed' });
  expect((await credits.consume({ tenantId: 'acme', amount: 1_000 })).kind).toBe('insufficient');
  expect(credits.status()).toMatchObject({ phase: 'granting', problem: null });
});

test('the journal has one spender', () => {
  expect(open).toThrow(JournalError);
});

test('closing returns what is left, and spends nothing more', async () => {
  expect(await credits.close()).toBe(true);
  expect((await credits.consume({ tenantId: 'acme', amount: 1 })).kind).toBe('unavailable');
  expect(await fixture.accounts('acme')).toMatchObject({ spent: 3 + 2 + 4, leased: 0, available: 91 });
});
