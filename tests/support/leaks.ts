import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { openDatabases } from './database.ts';

/** What a test file opens and must close: servers, sockets, child processes, worker threads. */
const WATCHED = ['TCPServerWrap', 'TCPSocketWrap', 'PipeServerWrap', 'ProcessWrap', 'MessagePort', 'Worker'];
/** Closing is asynchronous; a second covers the slowest, a TCP connection that says goodbye. */
const GRACE_MS = 1_000;

const before = counts();

// Vitest runs the hooks of a setup file last, after those of the test file.
afterAll(async () => {
  expect([...openDatabases], 'test databases that were not dropped (call drop() in afterAll)').toEqual([]);
  const deadline = Date.now() + GRACE_MS;
  while (leaks().length > 0 && Date.now() < deadline) await sleep(20);
  expect(leaks(), 'resources that the tests of this file left open').toEqual([]);
});

function leaks(): string[] {
  const now = counts();
  return WATCHED.flatMap((type) => {
    const more = (now.get(type) ?? 0) - (before.get(type) ?? 0);
    return more > 0 ? [`${more} × ${type}`] : [];
  });
}

function counts(): Map<string, number> {
  const found = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) found.set(type, (found.get(type) ?? 0) + 1);
  return found;
}
