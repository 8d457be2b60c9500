import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestApi, type TestApi } from '../support/api.ts';

let api: TestApi;
let key: string;
beforeAll(async () => {
  api = await createTestApi();
  key = await api.key({ scopes: ['shadow:read', 'shadow:write'] });
});
afterAll(() => api?.close());

/** Takes about a second to check. */
const thousand = (last: string) => ({
  type: 'signature',
  patterns: [
    ...Array.from({ length: 999 }, (_, i) => ({ regex: `<tag${i}[^>]*>`, flags: 'iu' })),
    { regex: last },
  ],
});

/** Asks for health again and again until the promise settles. @returns how long the slowest answer took. */
async function slowestHealthWhile(work: Promise<unknown>): Promise<number> {
  let done = false;
  const settled = work.finally(() => {
    done = true;
  });
  let slowest = 0;
  while (!done) {
    const startedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect((await api.send('GET', '/health')).status).toBe(200);
    slowest = Math.max(slowest, performance.now() - startedAt);
  }
  await settled;
  return slowest;
}

test('other requests are answered while a rule of a thousand patterns is checked', async () => {
  const store = (last: string) =>
    api.send('POST', '/shadow/rules', { key, body: { rule_id: 'large', rule_config: thousand(last) } });
  // The first starts the thread.
  expect((await store('a')).status).toBe(200);
  const startedAt = performance.now();
  const storing = store('b');
  const slowest = await slowestHealthWhile(storing);
  expect((await storing).status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThan(slowest);
  expect(slowest).toBeLessThan(100);
});

test.each([
  ['/shadow/rules', {}],
  ['/shadow/evaluate', { dataset: 'd' }],
])('%s names the pattern that is refused in a large rule', async (path, more) => {
  const body = { rule_id: 'large', rule_config: thousand('(a)\\1'), ...more };
  const answer = await api.send('POST', path, { key, body });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({
    code: 'invalid_request',
    errors: [
      {
        location: 'body.rule_config.patterns[999]',
        message: expect.stringContaining('backreference'),
      },
    ],
  });
});

test('a large baseline is checked in the same way', async () => {
  const body = {
    rule_id: 'r',
    rule_config: { type: 'signature', pattern: 'x' },
    baseline: { rule_config: thousand('(a)\\1') },
  };
  const answer = await api.send('POST', '/shadow/evaluate', { key, body });
  expect(answer.body.errors[0].location).toBe('body.baseline.rule_config.patterns[999]');
});
