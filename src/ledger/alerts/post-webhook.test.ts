import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { checkedLookup } from './checked-lookup.ts';
import { postWebhook } from './post-webhook.ts';
import { startReceiver } from './test-support/receiver.ts';

const receiver = await startReceiver();
const never = new AbortController().signal;
afterAll(() => receiver.close());
beforeEach(() => {
  receiver.received.length = 0;
  receiver.answer = { status: 204 };
});

const options = { headers: { 'webhook-id': '1' }, body: '{}', timeoutMs: 2_000, signal: never };
const here = { ...options, allowedAddresses: ['127.0.0.1/32'] };
const nowhere = { ...options, allowedAddresses: [] };

test('sends the body and headers and gives the status', async () => {
  expect(await postWebhook(receiver.url, here)).toBe(204);
  expect(receiver.received).toMatchObject([
    { path: '/hook', body: '{}', headers: { 'webhook-id': '1', 'content-type': 'application/json' } },
  ]);
});

test('sends nothing to an address that is not allowed', async () => {
  await expect(postWebhook(receiver.url, nowhere)).rejects.toThrow(/URL must start with https/);
  await expect(postWebhook(receiver.url.replace('http:', 'https:'), nowhere)).rejects.toThrow(/itself/);
  expect(receiver.received).toEqual([]);
});

test('does not follow a redirect, wherever it leads', async () => {
  receiver.answer = { status: 307, location: receiver.url };
  expect(await postWebhook(receiver.url, here)).toBe(307);
  expect(receiver.received.length).toBe(1);
});

test('reads no more of an answer than it needs', async () => {
  receiver.answer = { status: 200, bytes: 50_000_000 };
  const before = process.memoryUsage().rss;
  expect(await postWebhook(receiver.url, here)).toBe(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(120_000_000);
});

test('gives up on a receiver that never answers', async () => {
  const silent = createServer((socket) => socket.resume().on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  await expect(postWebhook(url, { ...here, timeoutMs: 100 })).rejects.toThrow();
  await new Promise((resolve) => silent.close(resolve));
});

test('a name that resolves to a forbidden address is refused by the lookup that the socket connects by', async () => {
  const resolve = (allowed: string[]) =>
    new Promise((settle, reject) => {
      checkedLookup(allowed)('localhost', { all: true, family: 4 }, (error, found) =>
        error === null ? settle(found) : reject(error),
      );
    });
  await expect(resolve([])).rejects.toThrow('localhost resolves to 127.0.0.1: it is the machine itself');
  expect(await resolve(['127.0.0.0/8'])).toEqual([{ address: '127.0.0.1', family: 4 }]);
});
