import type { Pool } from 'pg';
import { UnavailableError } from '../../platform/errors.ts';
import type { Metrics } from '../../platform/metrics/metrics.ts';
import type { Guard } from '../../platform/resilience/guard.ts';
import { uuidV7 } from '../../platform/uuid-v7.ts';
import type { Account } from '../book/entities.ts';
import type { Answer, Envelope, Idempotency, Operation } from '../operation.ts';
import type { RenderRefusal } from './decide-batch.ts';
import { Lane } from './lane.ts';
import { laneOf } from './lane-of.ts';
import { observeOperations } from './observe-operations.ts';
import type { Committed } from './transact.ts';
import type { Step, Unit, UnitAnswer } from './unit.ts';

export interface LedgerDeps {
  /** Connections of the lanes alone, as many as there are lanes and one to ask with; others must not keep money waiting. */
  pool: Pool;
  guard: Guard;
  metrics: Metrics;
  render: RenderRefusal;
  lanes: number;
  retentionSeconds: number;
  logRefusals: boolean;
  /** The longest the server may be silent; above its own statement timeout. */
  answerTimeoutMs: number;
  /** Operations that may wait or be at work; beyond, callers are told to come back. */
  pendingMax: number;
  clock: () => number;
  random: () => number;
}

/** One operation and the key it came with. */
export interface Request {
  operation: Operation;
  idempotency: Idempotency | null;
}

/**
 * The credits ledger. Whatever it answers is committed and durable.
 *
 * All reject with `UnavailableError`: `overloaded` (nothing was tried), `unavailable` or `circuit_open` (nothing was
 * changed), or with `outcome_unknown`, where only a retry with the same key tells.
 */
export interface Ledger {
  apply(request: Request, envelope: Envelope): Promise<Answer>;
  /**
   * Each for itself. They are let in together: where there is no room, none of them is tried.
   *
   * @returns what became of each, in their order.
   */
  applyEach(requests: readonly Request[], envelope: Envelope): Promise<PromiseSettledResult<Answer>[]>;
  /** All of them or none; a refusal is that of the first that failed, with its place. Keys of the batch are `tenantId`'s. */
  applyAtomically(requests: readonly Request[], batch: BatchKey, envelope: Envelope): Promise<UnitAnswer>;
  /** Binds a key to a request without doing anything: replayed where it was bound before, 422 to another request. */
  claim(batch: BatchKey & { idempotency: Idempotency }, envelope: Envelope): Promise<Answer>;
  /** Writes down the expiries that are due of a tenant; they are true already. */
  postDue(tenantId: string): Promise<void>;
  /** Listens to the accounts this process changed, after each commit. */
  onCommitted(listener: (accounts: readonly Account[], nowMs: number) => void): void;
  /** Answers what was taken on, takes on no more. */
  close(): Promise<void>;
}

export interface BatchKey {
  /** Whose keys the batch's is among. */
  tenantId: string;
  idempotency: Idempotency | null;
}

const sweeper: Envelope = { requestId: 'sweeper', actor: 'sweeper' };

export function createLedger(deps: LedgerDeps): Ledger {
  const listeners: ((accounts: readonly Account[], nowMs: number) => void)[] = [];
  const observed = observeOperations(deps.metrics);
  let pending = 0;
  let closed = false;
  const onCommitted = (committed: Committed, units: number) => {
    observed.committed(committed, units);
    if (committed.accounts.length === 0) return;
    for (const listener of listeners) listener(committed.accounts, committed.nowMs);
  };
  const { answerTimeoutMs, guard, logRefusals, pool, random, render, retentionSeconds } = deps;
  const options = { render, retentionSeconds, logRefusals, answerTimeoutMs };
  const lanes = Array.from(
    { length: deps.lanes },
    () => new Lane({ pool, guard, transact: options, random, onCommitted }),
  );

  /** A batch is let in where there is room for one operation: it may be larger than the bound. */
  function admit(): void {
    if (closed) throw new UnavailableError('unavailable', 'this process is stopping; send it again');
    if (pending < deps.pendingMax) return;
    const detail = `${pending} operations wait for the ledger; come back in a moment`;
    throw new UnavailableError('overloaded', detail);
  }

  async function submit(unit: Unit): Promise<UnitAnswer> {
    const size = Math.max(1, unit.steps.length);
    pending += size;
    const lane = lanes[laneOf(unit.steps[0]?.operation.tenantId ?? unit.tenantId, lanes.length)]!;
    try {
      return await new Promise<UnitAnswer>((resolve, reject) => lane.submit({ unit, resolve, reject }));
    } finally {
      pending -= size;
    }
  }

  async function admitAndSubmit(unit: Unit): Promise<UnitAnswer> {
    admit();
    return submit(unit);
  }

  const stepOf = (request: Request): Step => ({ ...request, subjectId: uuidV7(deps.clock()) });
  async function submitOne(request: Request, envelope: Envelope): Promise<UnitAnswer> {
    const { op, tenantId } = request.operation;
    const end = observed.begin(op);
    const answer = await submit({ tenantId, steps: [stepOf(request)], idempotency: null, envelope });
    end();
    return answer;
  }

  return {
    apply: async (request, envelope) => {
      admit();
      return submitOne(request, envelope);
    },
    applyEach: async (requests, envelope) => {
      admit();
      return Promise.allSettled(requests.map((request) => submitOne(request, envelope)));
    },
    applyAtomically: (requests, { tenantId, idempotency }, envelope) =>
      admitAndSubmit({ tenantId, steps: requests.map(stepOf), idempotency, envelope, atomic: true }),
    claim: ({ tenantId, idempotency }, envelope) =>
      admitAndSubmit({ tenantId, steps: [], idempotency, envelope }),
    postDue: async (tenantId) => {
      await admitAndSubmit({ tenantId, steps: [], idempotency: null, envelope: sweeper });
    },
    onCommitted: (listener) => {
      listeners.push(listener);
    },
    close: async () => {
      closed = true;
      await Promise.all(lanes.map((lane) => lane.idle()));
    },
  };
}
