import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { testAdminKey, testEncryption } from '../support/api.ts';
import { startApiProcess } from '../support/api-process.ts';
import { createTestDatabase } from '../support/database.ts';
import { redisUrl } from '../support/redis.ts';

const headers = {
  authorization: `Bearer ${testAdminKey}`,
  'content-type': 'application/json',
  connection: 'close',
};

test.each([
  ['without Redis', {}],
  ...(redisUrl() === undefined ? [] : [['with Redis', { REDIS_CACHE_URL: redisUrl()! }]]),
] as [string, Record<string, string>][])(
  '%s, a process that has a balance cached hears of another’s write',
  async (_, env) => {
    const database = await createTestDatabase();
    const settings = { DATABASE_URL: database.url, ASSAY_ADMIN_KEY: testAdminKey, ...testEncryption, ...env };
    const apis = [await startApiProcess(settings), await startApiProcess(settings)] as const;
    try {
      const post = async (op: string, amount: number) => {
        const body = JSON.stringify({ tenant_id: 'acme', amount });
        const answer = await fetch(`${apis[0].url}/credits/${op}`, { method: 'POST', headers, body });
        expect(answer.status, await answer.text()).toBe(200);
      };
      const seenBy = async (api: { url: string }) => {
        const answer = await fetch(`${api.url}/credits/balance/acme`, { headers });
        return ((await answer.json()) as { balance: number }).balance;
      };
      await post('topup', 100);
      for (let balance = 100; balance > 90; balance--) {
        // Long enough for its lines to be open, and for it to answer from its own memory.
        for (let i = 0; i < 4; i++) {
          expect(await seenBy(apis[1])).toBe(balance);
          await sleep(balance === 100 ? 500 : 10);
        }
        await post('consume', 1);
        const writtenAt = performance.now();
        expect(await seenBy(apis[0])).toBe(balance - 1);
        while ((await seenBy(apis[1])) !== balance - 1) {
          expect(performance.now() - writtenAt).toBeLessThan(1_000);
          await sleep(5);
        }
      }
      const metrics = await (await fetch(`${apis[1].url}/metrics`)).text();
      expect(metrics).toMatch(/credits_cache_hits_total\{tier="l1"\} [1-9]/);
    } finally {
      for (const api of apis) await api.terminate();
      await database.drop();
    }
  },
  120_000,
);
