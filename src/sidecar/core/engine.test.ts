import { describe, expect, test } from 'vitest';
import type { Decision } from './decision.ts';
import type { FormerJournal } from './journal.ts';
import { createStage, fresh, granted, grantingStage, settledActive } from './test-support/stage.ts';

const spend = (amount: number, requestId?: string) => ({ tenantId: 't', amount, requestId });

describe('a decision', () => {
  test('is not made before the ledger knows the sidecar', () => {
    const { engine } = createStage();
    engine.start();
    expect(engine.consume(spend(1))).toMatchObject({ kind: 'unavailable', reason: 'registering' });
  });

  test('spends from the lease, and the journal covers it before it is answered', () => {
    const { engine, slots } = grantingStage(1_000);
    expect(engine.consume(spend(1))).toEqual({ kind: 'allowed', leaseRemaining: 999 });
    expect(slots[0]!.watermark).toBe(64);
    expect(engine.decide('t', 100)).toBe(899);
    expect(slots[0]!.watermark).toBe(164);
  });

  test('takes what is missing from the next lease', () => {
    const { engine, acquires, slots } = grantingStage(10);
    expect(engine.decide('t', 12)).toBeLessThan(0);
    expect(acquires[0]!.request).toMatchObject({ min: 2 });
    acquires.shift()!.answer(granted('lease-2', 10));
    expect(engine.decide('t', 12)).toBe(8);
    expect(slots.slice(0, 2).map((slot) => slot?.watermark)).toEqual([10, 10]);
  });

  test('is refused from the deadline on: a guard before the ttl, from when the request was sent', () => {
    const stage = createStage();
    stage.engine.start();
    stage.registers.shift()!.answer({ kind: 'registered', epoch: 1, leases: [] });
    stage.engine.decide('t', 1);
    stage.advance(2_000);
    stage.acquires.shift()!.answer(granted('lease-1', 100));
    stage.advance(26_999);
    expect(stage.engine.decide('t', 1)).toBe(99);
    stage.advance(1);
    expect(stage.engine.consume(spend(1)).kind).toBe('unavailable');
    stage.settles.shift()!.answer(settledActive());
    expect(stage.engine.decide('t', 1)).toBe(98);
  });

  test('never spends what is no whole amount', () => {
    const { engine } = grantingStage(100);
    for (const amount of [0, -5, 1.5, Number.NaN, 2 ** 53])
      expect(() => engine.decide('t', amount)).toThrow(RangeError);
  });

  test('is 402 only when the ledger said so, and only for so much, and only for a while', () => {
    const stage = grantingStage(10, { insufficientCacheMs: 500 });
    const { engine, acquires, advance } = stage;
    expect(engine.consume(spend(50)).kind).toBe('unavailable');
    acquires.shift()!.answer({ kind: 'insufficient' });
    expect(engine.consume(spend(50)).kind).toBe('insufficient');
    expect(engine.consume(spend(10)).kind).toBe('allowed');
    advance(500);
    expect(engine.consume(spend(50))).toMatchObject({ kind: 'unavailable', reason: 'acquiring' });
    expect(acquires).toHaveLength(1);
  });

  test('is 503 while others hold the credits', () => {
    const { engine, acquires } = grantingStage(10);
    engine.decide('t', 50);
    acquires.shift()!.answer({ kind: 'elsewhere', retryAfterMs: 200 });
    expect(engine.consume(spend(50))).toEqual({
      kind: 'unavailable',
      reason: 'leased_elsewhere',
      retryAfterMs: 200,
    });
  });
});

describe('a client that tries again', () => {
  test('spends once, and not under one name for two amounts', () => {
    const { engine } = grantingStage(100);
    expect(engine.consume(spend(10, 'r'))).toEqual({ kind: 'allowed', leaseRemaining: 90 });
    expect(engine.consume(spend(10, 'r'))).toEqual({ kind: 'allowed', leaseRemaining: 90 });
    expect(engine.consume(spend(11, 'r'))).toEqual({ kind: 'request_id_reused' });
  });

  test('while the first still waits, gets its answer', () => {
    const { engine, acquires } = grantingStage(1);
    const answers: Decision[] = [];
    for (let i = 0; i < 2; i++) engine.consumeSoon(spend(10, 'r'), 1_000, (answer) => answers.push(answer));
    expect(answers).toEqual([]);
    acquires.at(-1)!.answer(granted('lease-2', 100));
    expect(answers).toEqual([
      { kind: 'allowed', leaseRemaining: 91 },
      { kind: 'allowed', leaseRemaining: 91 },
    ]);
    expect(engine.status().waiting).toBe(0);
  });

  test('counts among those who wait, of whom there are only so many', () => {
    const { engine, advance } = grantingStage(1, { waitersMax: 2 });
    const answers: Decision[] = [];
    for (let i = 0; i < 3; i++) engine.consumeSoon(spend(10, 'r'), 300, (answer) => answers.push(answer));
    expect(answers).toMatchObject([{ kind: 'unavailable', reason: 'too_many' }]);
    expect(engine.status().waiting).toBe(2);
    advance(300);
    expect(answers.slice(1)).toMatchObject([{ reason: 'acquiring' }, { reason: 'acquiring' }]);
    expect(engine.status().waiting).toBe(0);
  });
});

describe('who waits', () => {
  test('before it is registered is served once it is', () => {
    const { engine, registers, acquires, advance } = createStage();
    engine.start();
    const answers: Decision[] = [];
    engine.consumeSoon(spend(10), 300, (answer) => answers.push(answer));
    registers.shift()!.answer({ kind: 'registered', epoch: 1, leases: [] });
    advance(50);
    acquires.shift()!.answer(granted('lease-1', 100));
    expect(answers).toEqual([{ kind: 'allowed', leaseRemaining: 90 }]);
  });

  test('is answered in time whatever the ledger does', () => {
    const { engine, advance } = grantingStage(1);
    const answers: Decision[] = [];
    engine.consumeSoon(spend(10), 300, (answer) => answers.push(answer));
    advance(299);
    expect(answers).toEqual([]);
    advance(1);
    expect(answers).toMatchObject([{ kind: 'unavailable', reason: 'acquiring' }]);
    expect(engine.status().waiting).toBe(0);
  });
});

describe('when the ledger is away', () => {
  test('what is held is spent, the same request is sent again, ever more slowly', () => {
    const { engine, acquires, advance } = grantingStage(10);
    engine.decide('t', 50);
    const first = acquires.shift()!;
    first.answer({ kind: 'away', retryAfterMs: null, reason: 'refused' });
    expect(engine.decide('t', 10)).toBe(0);
    expect(engine.consume(spend(1))).toMatchObject({ kind: 'unavailable', reason: 'ledger_away' });
    advance(50);
    expect(acquires).toHaveLength(0);
    advance(50);
    expect(acquires.shift()!.request).toMatchObject({ requestId: first.request.requestId });
  });
});

describe('a recall', () => {
  test('returns what is not needed, and never spends from it again', () => {
    const { engine, settles, slots, advance } = grantingStage(1_000);
    engine.decide('t', 1);
    advance(10_000);
    settles.shift()!.answer(settledActive({ recall: true }));
    advance(50);
    expect(settles[0]!.request).toEqual([{ leaseId: 'lease-1', epoch: 1, cumulativeSpent: 1, final: true }]);
    expect(slots[0]).toMatchObject({ ending: true, watermark: 1 });
    expect(engine.decide('t', 1)).toBeLessThan(0);
  });
});

describe('another incarnation', () => {
  test('that registered ends all spending at once; what was spent is told', () => {
    const { engine, settles, advance } = grantingStage(1_000);
    engine.decide('t', 5);
    advance(10_000);
    settles.shift()!.answer({ kind: 'answered', items: [{ kind: 'stale_epoch' }] });
    expect(engine.consume(spend(1))).toMatchObject({ kind: 'unavailable', reason: 'not_registered' });
    expect(engine.status().phase).toBe('fenced');
    advance(50);
    expect(settles.shift()!.request).toMatchObject([{ epoch: 1, cumulativeSpent: 5, final: true }]);
  });

  test('fenced while a lease was on its way to it: of that one, it says afterwards, nothing was spent', () => {
    const { engine, acquires, settles, registers, advance } = grantingStage(10);
    engine.decide('t', 50);
    advance(10_000);
    settles.shift()!.answer({ kind: 'answered', items: [{ kind: 'stale_epoch' }] });
    acquires.shift()!.answer(granted('late', 50));
    expect(engine.decide('t', 1)).toBeLessThan(0);
    advance(2_000);
    settles
      .shift()!
      .answer({ kind: 'answered', items: [{ kind: 'refused', status: 404, code: 'not_found' }] });
    const late = { leaseId: 'late', tenantId: 't', amount: 50, settled: 0, ttlMs: 30_000 };
    const leases = [
      { ...late, state: 'unresolved', epoch: 1 },
      { ...late, leaseId: 'of-the-other', state: 'unresolved', epoch: 2 },
    ] as const;
    registers.shift()!.answer({ kind: 'registered', epoch: 3, leases });
    advance(50);
    expect(settles[0]!.request).toEqual([{ leaseId: 'late', epoch: 1, cumulativeSpent: 0, final: true }]);
  });
});

describe('the journal', () => {
  test('that cannot be written ends all granting, and says so', () => {
    const { engine, journal } = grantingStage(1_000);
    engine.decide('t', 64);
    journal.isBroken = true;
    expect(engine.consume(spend(1))).toMatchObject({ kind: 'unavailable', reason: 'journal_failed' });
    journal.isBroken = false;
    expect(engine.consume(spend(1))).toMatchObject({ kind: 'unavailable', reason: 'journal_failed' });
    expect(engine.status().problem).toContain('no space left on device');
  });
});

const entry = { leaseId: 'l', epoch: 3, amount: 100, watermark: 64, deadlineMs: 0, ending: false };
const trusted: FormerJournal = { ...fresh, state: 'trusted', epoch: 3, entries: [{ slot: 0, entry }] };
const handedOn = { leaseId: 'l', tenantId: 't', amount: 100, settled: 10, epoch: 4, ttlMs: 30_000 } as const;

describe('after a restart', () => {
  const restart = (epoch: number, state: 'active' | 'unresolved', former = trusted, at = epoch) => {
    const stage = createStage(former);
    stage.engine.start();
    const call = stage.registers.shift()!;
    call.answer({ kind: 'registered', epoch, leases: [{ ...handedOn, epoch: at, state }] });
    stage.advance(50);
    return { ...stage, request: call.request };
  };

  test('spending goes on at the watermark', () => {
    const { engine, request } = restart(4, 'active');
    expect(request.journal).toEqual([{ leaseId: 'l', watermark: 64 }]);
    expect(engine.decide('t', 36)).toBe(0);
  });

  test('a lease that the ledger does not call active is not spent; the watermark is evidence', () => {
    const { engine, settles } = restart(4, 'unresolved', trusted, 3);
    expect(engine.decide('t', 1)).toBeLessThan(0);
    expect(settles[0]!.request).toEqual([{ leaseId: 'l', epoch: 3, cumulativeSpent: 64, final: true }]);
  });

  test('a lease that the journal does not know was not spent', () => {
    const { settles } = restart(4, 'unresolved', { ...trusted, entries: [] }, 3);
    expect(settles[0]!.request).toEqual([{ leaseId: 'l', epoch: 3, cumulativeSpent: 10, final: true }]);
  });

  test('of a journal with torn slots that is not said', () => {
    const { settles } = restart(4, 'unresolved', { ...trusted, entries: [], tornSlots: 1 }, 3);
    expect(settles).toEqual([]);
  });

  test('an epoch in between was another holder’s: nothing is spent', () => {
    const { engine, settles } = restart(5, 'active');
    expect(engine.decide('t', 1)).toBeLessThan(0);
    expect(settles).toEqual([]);
  });

  test('a name that was never confirmed is taken over', () => {
    const { request } = restart(4, 'active', { ...trusted, unconfirmedIncarnation: 'begun' });
    expect(request.incarnation).toBe('begun');
  });

  test('a lease that was ending is only returned', () => {
    const ending = { ...trusted, entries: [{ slot: 0, entry: { ...entry, ending: true } }] };
    const { engine, settles } = restart(4, 'active', ending);
    expect(engine.decide('t', 1)).toBeLessThan(0);
    expect(settles[0]!.request).toMatchObject([{ epoch: 4, cumulativeSpent: 64, final: true }]);
  });
});

describe('a reservation', () => {
  test('is charged in part, and only once', () => {
    const { engine } = grantingStage(100);
    const reserved = engine.reserve(spend(40), 60_000);
    if (reserved.kind !== 'reserved') throw new Error(reserved.kind);
    expect(reserved.leaseRemaining).toBe(60);
    const { reservationId: id } = reserved;
    expect(engine.commit('other', id, 10)).toEqual({ kind: 'not_found' });
    expect(engine.commit('t', id, 41)).toEqual({ kind: 'exceeds_reserved', reserved: 40 });
    expect(engine.commit('t', id, 10)).toEqual({
      kind: 'ended',
      charged: 10,
      released: 30,
      leaseRemaining: 90,
    });
    expect(engine.cancel('t', id)).toEqual({ kind: 'already_committed' });
  });

  test('whose holder vanished is charged as estimated', () => {
    const { engine, settles, advance } = grantingStage(100);
    const reserved = engine.reserve(spend(40), 5_000);
    advance(10_000);
    if (reserved.kind !== 'reserved') throw new Error(reserved.kind);
    expect(engine.cancel('t', reserved.reservationId)).toEqual({ kind: 'expired' });
    expect(settles[0]!.request[0]).toMatchObject({ cumulativeSpent: 40 });
  });

  test('that is large and released is not stranded by a kill', () => {
    const { engine, slots } = grantingStage(1_000);
    const reserved = engine.reserve(spend(500), 5_000);
    if (reserved.kind !== 'reserved') throw new Error(reserved.kind);
    expect(slots[0]!.watermark).toBe(500);
    engine.cancel('t', reserved.reservationId);
    expect(slots[0]!.watermark).toBe(0);
  });
});

describe('draining', () => {
  test('does not wait for the turn of a lease that is used up', () => {
    const { engine, settles } = grantingStage(10, { wantMin: 4 });
    expect(engine.decide('t', 10)).toBe(0);
    engine.drain(() => {});
    expect(settles[0]!.request).toMatchObject([{ cumulativeSpent: 10, final: true }]);
  });

  test('gives everything back, after open reservations had their time, and then says so', () => {
    const { engine, settles, advance } = grantingStage(100, { drainReserveMs: 500, wantMin: 4 });
    engine.decide('t', 7);
    engine.reserve(spend(3), 60_000);
    let isDrained = false;
    engine.drain(() => {
      isDrained = true;
    });
    expect(engine.consume(spend(1))).toMatchObject({ kind: 'unavailable', reason: 'draining' });
    settles.shift()!.answer(settledActive());
    advance(500);
    advance(1_000);
    expect(settles[0]!.request).toMatchObject([{ cumulativeSpent: 10, final: true }]);
    expect(isDrained).toBe(false);
    const item = { kind: 'settled', state: 'settled', expiresInMs: 0, recall: false } as const;
    settles.shift()!.answer({ kind: 'answered', items: [item] });
    expect(isDrained).toBe(true);
    expect(engine.status()).toMatchObject({ phase: 'drained', leases: 0 });
  });
});
