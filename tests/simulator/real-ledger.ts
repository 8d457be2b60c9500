import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import type { Ledger } from '../../src/ledger/engine/create-ledger.ts';
import { endLapsedLeases } from '../../src/ledger/leases/end-lapsed.ts';
import { leaseIdOf } from '../../src/ledger/leases/lease-id.ts';
import { register } from '../../src/ledger/leases/register.ts';
import type { Operation } from '../../src/ledger/operation.ts';
import { isAssayError } from '../../src/platform/errors.ts';
import type { AcquireRequest, RegisterRequest, Settlement } from '../../src/sidecar/core/protocol.ts';
import { createTestLedger, tell, topup } from '../support/ledger.ts';
import { controlLedgerClock, type LedgerClock } from '../support/ledger-clock.ts';
import type { LedgerModel } from './ledger-model.ts';
import type { Message, MessageAnswer, SimulatedLedger } from './messages.ts';
import { Violation } from './violation.ts';
import type { World } from './world.ts';

const owner = '*';
const envelope = { requestId: 'simulator', actor: 'simulator' };

/** The product's ledger on PostgreSQL, whose clock is the simulation's; worlds follow one another on it. */
export class RealLedger {
  readonly #ledger: Ledger;
  readonly #pool: pg.Pool;
  readonly #clock: LedgerClock;
  #worlds = 0;

  private constructor(ledger: Ledger, pool: pg.Pool, clock: LedgerClock) {
    this.#ledger = ledger;
    this.#pool = pool;
    this.#clock = clock;
  }

  static async open(pool: pg.Pool, ownerPool: pg.Pool): Promise<RealLedger> {
    const clock = await controlLedgerClock(ownerPool, Date.UTC(2026, 0, 1));
    return new RealLedger(createTestLedger(pool), pool, clock);
  }

  /** Puts it beside the model of a world: whatever one is told the other is told too, and both must answer alike. */
  beside(model: LedgerModel, world: World): SimulatedLedger {
    const pair = { model, world, ledger: this.#ledger, pool: this.#pool, clock: this.#clock };
    return new SideBySide({ ...pair, prefix: `w${this.#worlds++}-`, startMs: this.#clock.nowMs() + 1_000 });
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}

interface Pair {
  model: LedgerModel;
  world: World;
  ledger: Ledger;
  pool: pg.Pool;
  clock: LedgerClock;
  /** Tells the tenants and instances of one world from those of another. */
  prefix: string;
  startMs: number;
}

class SideBySide implements SimulatedLedger {
  readonly #pair: Pair;
  /** The model's ids of leases and the real ones. */
  readonly #ids = new Map<string, string>();

  constructor(pair: Pair) {
    this.#pair = pair;
  }

  async handle(message: Message): Promise<MessageAnswer> {
    const { model } = this.#pair;
    await this.#setClock();
    const expected = model.handle(message);
    const found = await this.#real(message, expected);
    const plain = comparable(expected);
    if (!isDeepStrictEqual(plain, comparable(found)))
      throw new Violation(
        'M1',
        `${JSON.stringify(message)}: the ledger says ${JSON.stringify(found)}, the model ${JSON.stringify(expected)}`,
      );
    if (message.kind !== 'register') return expected;
    await this.#compareAccounts();
    return expected;
  }

  async topUp(tenantId: string, amount: number): Promise<void> {
    await this.#setClock();
    this.#pair.model.topUp(tenantId, amount);
    await tell(this.#pair.ledger, topup(this.#pair.prefix + tenantId, amount));
  }

  async sweep(): Promise<void> {
    await this.#setClock();
    const { model, world, pool, ledger } = this.#pair;
    model.sweep();
    const seconds = world.options.ttlMs / 1_000;
    await endLapsedLeases({ pool, ledger }, { lostAfterSeconds: seconds, burnAfterSeconds: 3 * seconds });
    await this.#compareAccounts();
  }

  #setClock(): Promise<void> {
    const { clock, world, startMs } = this.#pair;
    return clock.advance(startMs + world.ledgerNowMs() - clock.nowMs());
  }

  #real(message: Message, expected: MessageAnswer): Promise<unknown> {
    switch (message.kind) {
      case 'register':
        return this.#register(message.instance, message.request);
      case 'acquire':
        return this.#acquire(message.instance, message.request, expected);
      case 'settle':
        return this.#settle(message.settlements);
    }
  }

  async #register(instance: string, { incarnation, bootId, journal }: RegisterRequest): Promise<unknown> {
    const { ledger, pool, prefix, world } = this.#pair;
    const known = journal.map(({ leaseId, watermark }) => [this.#ids.get(leaseId)!, watermark] as const);
    const registration = {
      owner,
      instance: prefix + instance,
      incarnation,
      bootId,
      journal: new Map(known),
      ttlMs: world.options.ttlMs,
    };
    try {
      const { epoch, leases } = await register({ pool, ledger }, registration, envelope);
      return {
        kind: 'registered',
        epoch,
        leases: leases.map((lease) => ({
          leaseId: this.#modelId(lease.lease_id),
          tenantId: lease.tenant_id.slice(prefix.length),
          amount: lease.amount,
          settled: lease.settled,
          state: lease.state,
          epoch: lease.epoch,
          ttlMs: lease.ttl_ms,
        })),
      };
    } catch (error) {
      if (!isAssayError(error)) throw error;
      return { kind: 'refused', status: error.status, code: error.code };
    }
  }

  async #acquire(instance: string, request: AcquireRequest, expected: MessageAnswer): Promise<unknown> {
    const { prefix, world } = this.#pair;
    const { epoch, requestId, want, min } = request;
    const tenantId = prefix + request.tenantId;
    const holder = { owner, instance: prefix + instance, epoch };
    const leaseId = leaseIdOf(holder, tenantId, requestId);
    if (expected.kind === 'granted') this.#ids.set(expected.leaseId, leaseId);
    const { ttlMs } = world.options;
    const { status, body } = await this.#apply({
      op: 'acquire',
      tenantId,
      holder,
      leaseId,
      want,
      min,
      ttlMs,
    });
    if (status === 200) {
      return {
        kind: 'granted',
        leaseId: this.#modelId(String(body.lease_id)),
        amount: body.amount,
        ttlMs: body.ttl_ms,
        refreshMs: body.refresh_ms,
        recall: body.recall,
        available: body.available,
      };
    }
    if (status === 402) return { kind: 'insufficient' };
    if (body.code === 'leased_elsewhere') return { kind: 'elsewhere', retryAfterMs: body.retry_after_ms };
    if (status === 409) return { kind: body.code };
    return { kind: 'refused', status, code: body.code };
  }

  async #settle(settlements: readonly Settlement[]): Promise<unknown> {
    const items = [];
    for (const { leaseId, epoch, cumulativeSpent, final } of settlements) {
      const { prefix, model, world } = this.#pair;
      const tenantId = prefix + model.leases.get(leaseId)!.tenantId;
      const { ttlMs } = world.options;
      const id = this.#ids.get(leaseId)!;
      const { status, body } = await this.#apply({
        op: 'settle',
        tenantId,
        leaseId: id,
        epoch,
        cumulativeSpent,
        final,
        ttlMs,
      });
      if (status === 200) {
        const { state, expires_in_ms: expiresInMs, refresh_ms: refreshMs, recall, available } = body;
        items.push({ kind: 'settled', state, expiresInMs, refreshMs, recall, available });
      } else if (body.code === 'stale_epoch') items.push({ kind: 'stale_epoch' });
      else items.push({ kind: 'refused', status, code: body.code });
    }
    return { kind: 'answered', items };
  }

  #apply(operation: Operation) {
    return tell(this.#pair.ledger, operation);
  }

  #modelId(realId: string): string {
    for (const [modelId, id] of this.#ids) if (id === realId) return modelId;
    return realId;
  }

  async #compareAccounts(): Promise<void> {
    const { pool, model, prefix } = this.#pair;
    const { rows } = await pool.query<Record<string, number | string>>(
      `SELECT tenant_id, -issued AS granted, available, leased, unresolved, spent
         FROM credits.accounts WHERE tenant_id LIKE $1`,
      [`${prefix}%`],
    );
    const real = new Map(
      rows.map(({ tenant_id, ...accounts }) => [String(tenant_id).slice(prefix.length), accounts]),
    );
    for (const [tenantId, accounts] of model.tenants) {
      if (!isDeepStrictEqual({ ...real.get(tenantId) }, { ...accounts }))
        throw new Violation(
          'M1',
          `${tenantId} has ${JSON.stringify(real.get(tenantId))}, the model says ${JSON.stringify(accounts)}`,
        );
    }
  }
}

/** Leases that are handed on come in any order. */
function comparable(answer: unknown): unknown {
  const { leases } = answer as { leases?: { leaseId: string }[] };
  if (leases === undefined) return answer;
  return { ...(answer as object), leases: [...leases].sort((a, b) => (a.leaseId < b.leaseId ? -1 : 1)) };
}
