import { askForMore, sendAcquire } from './acquire.ts';
import { decideSlowly, serveWaiters } from './decide.ts';
import {
  type Decision,
  insufficient,
  isWorthWaiting,
  type ReserveResult,
  type UnavailableReason,
} from './decision.ts';
import { beginDrain, continueDrain } from './drain.ts';
import { endLease } from './end-lease.ts';
import { cancelReservation, chargeReservation, commitReservation } from './end-reservation.ts';
import type {
  EngineDeps,
  EngineObserver,
  EngineStatus,
  LeaseEngine,
  LeaseView,
  SpendRequest,
} from './engine-api.ts';
import type { EngineState } from './engine-state.ts';
import type { Journal } from './journal.ts';
import { LedgerLink } from './ledger-link.ts';
import type { LedgerTransport } from './protocol.ts';
import { sendRegister } from './register.ts';
import { Reservations } from './reservations.ts';
import { SeenRequests } from './seen-requests.ts';
import { defaultSettings, type EngineSettings } from './settings.ts';
import { settleDue } from './settle.ts';
import { rollRate } from './sizing.ts';
import type { TenantCredits } from './tenant-credits.ts';
import { forgetTenants, tenantOf } from './tenant-of.ts';
import { advanceWatermark } from './write-journal.ts';

export interface EngineOptions extends EngineDeps {
  journal: Journal;
  transport: LedgerTransport;
  observer?: EngineObserver;
  settings?: Partial<EngineSettings>;
}

/** Expired reservations and forgotten tenants are looked for so often: it means walking over all of them. */
const upkeepMs = 1_000;
const tooManyMs = 1_000;

/** The state machine of one holder of leases; it owns the journal that it is given. */
export function createLeaseEngine(options: EngineOptions): LeaseEngine {
  return new Engine(options);
}

class Engine implements LeaseEngine {
  readonly #state: EngineState;
  readonly #seen: SeenRequests;
  #upkeepAtMs = 0;

  constructor({ journal, transport, observer = {}, settings: chosen = {}, ...deps }: EngineOptions) {
    const settings = { ...defaultSettings, ...chosen };
    this.#seen = new SeenRequests(settings.seenRequestsMax);
    this.#state = {
      deps,
      settings,
      journal,
      transport,
      observer,
      link: new LedgerLink(settings, deps.random),
      tenants: new Map(),
      leases: new Map(),
      reservations: new Reservations(settings.reservationsMax),
      phase: 'starting',
      problem: 'not registered with the ledger yet',
      epoch: 0,
      incarnation: '',
      overtaken: false,
      registerSentAtMs: 0,
      registering: false,
      registerAtMs: 0,
      fencedEpoch: 0,
      fencedTimes: 0,
      acquiresInFlight: 0,
      settling: false,
      waiting: 0,
      drainUntilMs: 0,
      onDrained: [],
      refusedBecause: 'not_registered',
      retryAfterMs: 0,
      creditsChanged: (tenant) => serveWaiters(this.#state, tenant),
    };
  }

  start(): void {
    this.tick();
  }

  decide(tenantId: string, amount: number): number {
    if (!Number.isSafeInteger(amount) || amount < 1) throw new RangeError(`not an amount: ${amount}`);
    const tenant = this.#state.tenants.get(tenantId);
    const lease = tenant?.head ?? null;
    // Below: no allocation, no await; a lease used up goes the slow way, which ends it.
    if (tenant === undefined || lease === null || amount >= lease.amount - lease.used)
      return decideSlowly(this.#state, tenantId, amount, false).code;
    const nowMs = this.#state.deps.nowMs();
    if (nowMs >= lease.deadlineMs) return decideSlowly(this.#state, tenantId, amount, false).code;
    if (lease.used + amount > lease.watermark && !advanceWatermark(this.#state, lease, amount))
      return decideSlowly(this.#state, tenantId, amount, false).code;
    lease.used += amount;
    tenant.free -= amount;
    tenant.spentSinceRoll += amount;
    if (tenant.free < tenant.lowWater) askForMore(this.#state, tenant, 0, nowMs);
    return tenant.free;
  }

  refusal(): { reason: UnavailableReason; retryAfterMs: number } {
    return { reason: this.#state.refusedBecause, retryAfterMs: this.#state.retryAfterMs };
  }

  consume(request: SpendRequest): Decision {
    const { tenantId, amount, requestId } = request;
    if (requestId === undefined) return this.#decision(this.decide(tenantId, amount));
    const key = seenKey('consume', tenantId, requestId);
    const seen = this.#seen.find(key);
    if (seen !== undefined) {
      if (seen.amount !== amount) return { kind: 'request_id_reused' };
      return { kind: 'allowed', leaseRemaining: this.#free(tenantId) };
    }
    const decision = this.#decision(this.decide(tenantId, amount));
    if (decision.kind === 'allowed') this.#seen.remember(key, { amount, reservationId: null });
    return decision;
  }

  consumeSoon(request: SpendRequest, waitMs: number, answer: (decision: Decision) => void): void {
    this.#soon('consume', request, waitMs, () => this.consume(request), answer);
  }

  reserve(request: SpendRequest, ttlMs: number): ReserveResult {
    const { tenantId, amount, requestId } = request;
    if (!Number.isSafeInteger(amount) || amount < 1) throw new RangeError(`not an amount: ${amount}`);
    const key = requestId === undefined ? null : seenKey('reserve', tenantId, requestId);
    const seen = key === null ? undefined : this.#seen.find(key);
    if (seen !== undefined) {
      if (seen.amount !== amount) return { kind: 'request_id_reused' };
      return {
        kind: 'reserved',
        reservationId: seen.reservationId!,
        leaseRemaining: this.#free(tenantId),
      };
    }
    if (this.#state.reservations.isFull)
      return { kind: 'unavailable', reason: 'too_many', retryAfterMs: tooManyMs };
    const { code, parts } = decideSlowly(this.#state, tenantId, amount, true);
    if (code < 0) return this.#decision(code) as Exclude<Decision, { kind: 'allowed' }>;
    const reservationId = this.#state.deps.newId();
    const { tenant } = parts[0]!.lease;
    const expiresAtMs = this.#state.deps.nowMs() + ttlMs;
    this.#state.reservations.add(reservationId, { tenant, amount, parts, expiresAtMs });
    if (key !== null) this.#seen.remember(key, { amount, reservationId });
    return { kind: 'reserved', reservationId, leaseRemaining: code };
  }

  reserveSoon(
    request: SpendRequest,
    ttlMs: number,
    waitMs: number,
    answer: (result: ReserveResult) => void,
  ): void {
    this.#soon('reserve', request, waitMs, () => this.reserve(request, ttlMs), answer);
  }

  commit(tenantId: string, reservationId: string, amount: number | null) {
    if (amount !== null && (!Number.isSafeInteger(amount) || amount < 1))
      throw new RangeError(`not an amount: ${amount}`);
    return commitReservation(this.#state, tenantId, reservationId, amount);
  }

  cancel(tenantId: string, reservationId: string) {
    return cancelReservation(this.#state, tenantId, reservationId);
  }

  tick(): void {
    const state = this.#state;
    const nowMs = state.deps.nowMs();
    if (state.phase === 'starting' || state.phase === 'fenced') sendRegister(state, nowMs);
    if (state.phase === 'stopped') for (const lease of state.leases.values()) endLease(state, lease, 0);
    if (nowMs >= this.#upkeepAtMs) {
      this.#upkeepAtMs = nowMs + upkeepMs;
      for (const id of state.reservations.expired(nowMs)) chargeReservation(state, id);
      forgetTenants(state, nowMs);
    }
    for (const tenant of state.tenants.values()) tickTenant(state, tenant, nowMs);
    continueDrain(state, nowMs);
    settleDue(state, nowMs);
  }

  drain(drained: () => void): void {
    const state = this.#state;
    state.onDrained.push(drained);
    beginDrain(state, state.deps.nowMs());
    this.tick();
  }

  status(): EngineStatus {
    const { phase, problem, epoch, link, tenants, leases, reservations, waiting } = this.#state;
    let leaseRemaining = 0;
    for (const tenant of tenants.values()) leaseRemaining += tenant.free;
    return {
      phase,
      problem,
      epoch,
      ledgerAway: link.away,
      tenants: tenants.size,
      leases: leases.size,
      leaseRemaining,
      openReservations: reservations.open.size,
      waiting,
    };
  }

  leases(): Iterable<LeaseView> {
    return this.#state.leases.values();
  }

  #free(tenantId: string): number {
    return this.#state.tenants.get(tenantId)?.free ?? 0;
  }

  #decision(code: number): Decision {
    if (code >= 0) return { kind: 'allowed', leaseRemaining: code };
    if (code === insufficient) return { kind: 'insufficient' };
    return { kind: 'unavailable', ...this.refusal() };
  }

  /** Tries now, and again whenever the tenant's credits change. */
  #soon<Result extends Decision | ReserveResult>(
    verb: string,
    request: SpendRequest,
    waitMs: number,
    attempt: () => Result,
    answer: (result: Result) => void,
  ): void {
    const state = this.#state;
    const key = request.requestId === undefined ? null : seenKey(verb, request.tenantId, request.requestId);
    const same = key === null ? undefined : this.#seen.waiting(key);
    if (same !== undefined) {
      if (same.amount !== request.amount) answer({ kind: 'request_id_reused' } as Result);
      else if (state.waiting >= state.settings.waitersMax)
        answer({ kind: 'unavailable', reason: 'too_many', retryAfterMs: tooManyMs } as Result);
      else {
        state.waiting++;
        same.answers.push(answer as (result: Decision | ReserveResult) => void);
      }
      return;
    }
    let last = attempt();
    if (!mayYetChange(last) || waitMs <= 0 || state.waiting >= state.settings.waitersMax) {
      answer(last);
      return;
    }
    if (key !== null) this.#seen.wait(key, request.amount);
    const finish = () => {
      const others = key === null ? [] : this.#seen.stopWaiting(key);
      state.waiting -= others.length;
      answer(last);
      for (const other of others) other(last);
    };
    state.waiting++;
    tenantOf(state, request.tenantId).waiters.push({
      deadlineMs: state.deps.nowMs() + waitMs,
      attempt: () => {
        last = attempt();
        const isDone = !mayYetChange(last);
        if (isDone) finish();
        return isDone;
      },
      giveUp: () => {
        last = attempt();
        finish();
      },
    });
  }
}

const seenKey = (verb: string, tenantId: string, requestId: string) => `${verb}\n${tenantId}\n${requestId}`;

function mayYetChange(result: Decision | ReserveResult): boolean {
  return result.kind === 'unavailable' && isWorthWaiting(result.reason);
}

function tickTenant(state: EngineState, tenant: TenantCredits, nowMs: number): void {
  rollRate(tenant, nowMs, state.settings);
  const mayAsk = state.phase === 'granting' || state.phase === 'draining';
  if (mayAsk && tenant.requestUncertain && !tenant.acquiring && state.link.maySend(nowMs))
    sendAcquire(state, tenant, nowMs);
  if (tenant.waiters.length === 0) return;
  const late = tenant.waiters.filter((waiter) => nowMs >= waiter.deadlineMs);
  for (const waiter of late) {
    tenant.waiters.splice(tenant.waiters.indexOf(waiter), 1);
    state.waiting--;
    waiter.giveUp();
  }
  if (tenant.waiters.length > 0 && !tenant.acquiring) serveWaiters(state, tenant);
}
