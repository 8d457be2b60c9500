import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantingStage } from '../../src/sidecar/core/test-support/stage.ts';
import { type Listening, listen } from '../../src/sidecar/server/listen.ts';
import { plainHandler, sidecarListener } from '../../src/sidecar/server/request-listener.ts';
import { SidecarMetrics } from '../../src/sidecar/server/sidecar-metrics.ts';
import { seeded } from '../support/seeded.ts';
import { isLong } from './fixture.ts';
import { randomPieces } from './random-request.ts';

// The same bytes to two sidecars, of which one answers all through node:http: both must say the same, byte for byte but for
// the date, on as many connections, and have spent the same.

const seed = Number(process.env.ASSAY_TEST_SEED ?? 20);
const cases = isLong ? 100_000 : 3_000;
const directory = mkdtempSync(join(tmpdir(), 'assay-plain-'));
const sides: { path: string; listening: Listening; left: () => number; plain: () => number }[] = [];

beforeAll(async () => {
  for (const name of ['plain', 'node']) {
    const { engine } = grantingStage(1_000_000);
    const context = { engine, metrics: new SidecarMetrics(), tenants: null, waitMs: 0, clock: () => 0 };
    const path = join(directory, name);
    const handle = plainHandler(context);
    let plain = 0;
    const counting: typeof handle = (...args) => {
      const isHandled = handle(...args);
      if (isHandled) plain++;
      return isHandled;
    };
    const listening = await listen(sidecarListener(context), { path }, name === 'plain' ? counting : null);
    sides.push({ path, listening, left: () => engine.status().leaseRemaining, plain: () => plain });
  }
});

afterAll(async () => {
  await Promise.all(sides.map(({ listening }) => listening.stop(AbortSignal.abort())));
  rmSync(directory, { recursive: true });
});

/** Sends the pieces, one a turn of the loop, then nothing more, and reads until the other side closes. */
async function exchange(path: string, pieces: readonly Buffer[]): Promise<string> {
  const socket = connect({ path, allowHalfOpen: true });
  const read: Buffer[] = [];
  socket.on('data', (bytes) => read.push(bytes));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('end', () => socket.end());
  socket.on('error', () => {}); // closed on us; what was read before counts
  for (const piece of pieces) {
    socket.write(piece);
    for (let turns = 0; turns < 3; turns++) await turn();
  }
  socket.end();
  await closed;
  return Buffer.concat(read)
    .toString('latin1')
    .replaceAll(/^Date: .*\r\n/gm, '');
}

/**
 * node:http closes at bytes that it cannot read. Answers to what came before them in one piece, and 400 itself, are then lost
 * or not by how the bytes reached it.
 */
function isCutShort(ours: string, theirs: string): boolean {
  const refused = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
  return theirs.endsWith(refused) && theirs.startsWith(ours);
}

test(`${cases} connections are answered as node:http answers them`, async () => {
  const random = seeded(seed);
  const statuses = new Map<string, number>();
  for (let n = 0; n < cases; n++) {
    const pieces = randomPieces(random);
    const [ours, theirs] = await Promise.all(sides.map(({ path }) => exchange(path, pieces)));
    const what = `seed ${seed}, case ${n}: ${JSON.stringify(pieces.map((piece) => piece.toString('latin1')))}`;
    expect(ours === theirs || isCutShort(ours!, theirs!) ? theirs : ours, what).toBe(theirs);
    const [left, leftOfTheirs] = sides.map(({ left }) => left());
    expect(left, what).toBe(leftOfTheirs);
    for (const [status] of ours!.matchAll(/(?<=^HTTP\/1\.1 )\d{3}/gm))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  // Or the test would not be about what it is about.
  expect(statuses.get('200')).toBeGreaterThan(cases / 4);
  expect(statuses.get('400')).toBeGreaterThan(cases / 10);
  expect(sides[0]!.plain()).toBeGreaterThan(cases / 2);
  expect(sides[1]!.plain()).toBe(0);
}, 600_000);
