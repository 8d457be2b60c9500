import { Seeded } from '../../src/shadow/rules/test-support/seeded.ts';
import type { TestAnswer, TestApi } from './api.ts';
import { testAdminKey } from './api.ts';
import type { LedgerClock } from './ledger-clock.ts';

/** Random operations on one tenant: grants that expire, holds that are committed, cancelled or forgotten, refunds. */
export class LedgerTraffic {
  readonly random: Seeded;
  readonly #api: TestApi;
  readonly #clock: LedgerClock;
  readonly #tenantId: string;
  readonly #holds: string[] = [];
  readonly #spends: string[] = [];

  constructor(api: TestApi, clock: LedgerClock, tenantId: string, seed: number) {
    this.#api = api;
    this.#clock = clock;
    this.#tenantId = tenantId;
    this.random = new Seeded(seed);
  }

  post(op: string, fields: object): Promise<TestAnswer> {
    const body = { tenant_id: this.#tenantId, ...fields };
    return this.#api.send('POST', `/credits/${op}`, { key: testAdminKey, body });
  }

  /** One operation, possibly refused. */
  async step(): Promise<void> {
    const { random } = this;
    const amount = 1 + random.below(60);
    switch (random.below(7)) {
      case 0:
      case 1: {
        const expires = random.chance(70) && {
          expires_at: new Date(this.#clock.nowMs() + 1000 * (1 + random.below(600))).toISOString(),
        };
        await this.post('topup', { amount: 1 + random.below(200), priority: random.below(3), ...expires });
        return;
      }
      case 2:
      case 3: {
        const { body } = await this.post('consume', { amount });
        if (body.success) this.#spends.push(body.transaction_id);
        return;
      }
      case 4: {
        const { body } = await this.post('reserve', { amount, ttl_seconds: 1 + random.below(300) });
        if (body.success) this.#holds.push(body.reservation_id);
        return;
      }
      case 5: {
        if (this.#holds.length === 0) return;
        const reservation_id = random.pick(this.#holds);
        if (random.chance(50)) await this.post('cancel', { reservation_id });
        else await this.post('commit', { reservation_id, amount: 1 + random.below(30) });
        return;
      }
      default: {
        if (this.#spends.length === 0) return;
        await this.post('refund', {
          transaction_id: random.pick(this.#spends),
          amount: 1 + random.below(30),
        });
      }
    }
  }
}
