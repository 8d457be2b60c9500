import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSidecarFixture, isLong, type SidecarFixture } from './fixture.ts';

const awaySeconds = isLong ? 30 : 6;
const ttlMs = isLong ? 20_000 : 4_000;

let fixture: SidecarFixture;

beforeAll(async () => {
  fixture = await createSidecarFixture({ LEASE_TTL_MS: String(ttlMs) });
});

afterAll(() => fixture?.close());

test(`with the ledger away for ${awaySeconds} s it spends what it holds, then says 503, then goes on by itself`, async () => {
  await fixture.topUp('away', 1_000_000);
  await fixture.sidecar('away', { ASSAY_SIDECAR_WAIT_MS: '200' });
  const client = fixture.client('away');
  let spent = 0;
  const consume = async () => {
    const answer = await client.send('POST', '/consume', { body: { tenant_id: 'away', amount: 1 } });
    if (answer.status === 200) spent++;
    return answer;
  };
  // A steady demand, so that a lease of the horizon's size is held.
  for (const until = performance.now() + 2_000; performance.now() < until; await sleep(5))
    expect((await consume()).status).toBe(200);
  await fixture.stopApi();
  const stoppedAt = performance.now();
  const statuses: number[] = [];
  while (performance.now() - stoppedAt < awaySeconds * 1_000) {
    const answer = await consume();
    statuses.push(answer.status);
    if (answer.status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    await sleep(20);
  }
  const allowed = statuses.indexOf(503);
  expect(new Set(statuses)).toEqual(new Set([200, 503])); // in this order, and nothing after:
  expect(statuses.slice(0, allowed).every((status) => status === 200)).toBe(true);
  expect(statuses.slice(allowed).every((status) => status === 503)).toBe(true);
  const { body: ready } = await client.send('GET', '/readyz');
  expect(ready).toMatchObject({ phase: 'granting', ledger_away: true });
  await fixture.startApi();
  const backAt = performance.now();
  while ((await consume()).status !== 200) await sleep(20);
  const recoveredMs = performance.now() - backAt;
  const { body } = await client.send('POST', '/drain');
  expect(body).toEqual({ drained: true });
  expect(await fixture.accounts('away')).toMatchObject({ spent, leased: 0, unresolved: 0 });
  console.info(
    `ledger away for ${awaySeconds} s (leases of ${ttlMs} ms): ${allowed} decisions from leases, ` +
      `${statuses.length - allowed} × 503, recovered ${recoveredMs.toFixed(0)} ms after it was back`,
  );
}, 120_000);
