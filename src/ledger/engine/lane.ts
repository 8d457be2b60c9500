import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { AssayError, UnavailableError } from '../../platform/errors.ts';
import type { Guard } from '../../platform/resilience/guard.ts';
import { FateUnknownError } from './fate-unknown-error.ts';
import { readFate } from './read-fate.ts';
import { backoffMs, isWorthRetrying, retryPolicy } from './retry.ts';
import { type Committed, type TransactOptions, transact } from './transact.ts';
import type { PendingUnit } from './unit.ts';

export interface LaneDeps {
  pool: Pool;
  guard: Guard;
  transact: TransactOptions;
  /** In [0, 1), for the jitter of retries. */
  random: () => number;
  /** Called after each commit. */
  onCommitted(committed: Committed, units: number): void;
}

/**
 * The most operations of one transaction. Larger ones gain nothing more, and hold their locks for longer; a batch of the
 * API may be larger and is then alone.
 */
const operationsMax = 2_048;

/** How long to ask for the fate of a transaction: a restart of PostgreSQL after a crash takes a few seconds. */
const fateMs = 10_000;

/**
 * One line of work: takes everything that queued while its last transaction was being committed, applies it in the order
 * it came and answers. There is no timer, so one request alone waits for nothing.
 */
export class Lane {
  readonly #deps: LaneDeps;
  #queue: PendingUnit[] = [];
  #draining: Promise<void> | null = null;

  constructor(deps: LaneDeps) {
    this.#deps = deps;
  }

  submit(pending: PendingUnit): void {
    this.#queue.push(pending);
    this.#draining ??= this.#drain();
  }

  /** Resolves when everything that was submitted has been answered. */
  async idle(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  async #drain(): Promise<void> {
    // Requests that arrived with the same read of the network have not been submitted yet.
    await new Promise(setImmediate);
    try {
      while (this.#queue.length > 0) await this.#apply(this.#take());
    } finally {
      this.#draining = null;
    }
  }

  #take(): PendingUnit[] {
    let operations = 0;
    let count = 0;
    for (const { unit } of this.#queue) {
      operations += unit.steps.length;
      if (count > 0 && operations > operationsMax) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  /** Every unit is answered or told why not; throws only what a listener to commits throws, after the answers. */
  async #apply(batch: PendingUnit[]): Promise<void> {
    let committed: Committed;
    try {
      committed = await this.#transactWithRetries(batch);
    } catch (error) {
      if (batch.length === 1 || isAnswerForAll(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      // One of them cannot be written; found by halves, it costs its neighbours a transaction or two, not their answer.
      const middle = batch.length >> 1;
      await this.#apply(batch.slice(0, middle));
      await this.#apply(batch.slice(middle));
      return;
    }
    // Answered before anybody else is told: what is committed must never come to be applied again.
    for (const { unit, resolve } of batch) resolve(committed.decisions.answers.get(unit)!);
    this.#deps.onCommitted(committed, batch.length);
  }

  async #transactWithRetries(batch: readonly PendingUnit[]): Promise<Committed> {
    const giveUpAt = performance.now() + retryPolicy.overallMs;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#transactOnce(batch);
      } catch (error) {
        const waitMs = backoffMs(tries, this.#deps.random());
        const isOver = tries >= retryPolicy.tries || performance.now() + waitMs > giveUpAt;
        if (!isWorthRetrying(error)) throw error;
        if (isOver) throw unavailable(error);
        await sleep(waitMs);
      }
    }
  }

  async #transactOnce(batch: readonly PendingUnit[]): Promise<Committed> {
    const units = batch.map(({ unit }) => unit);
    try {
      return await this.#deps.guard.run(() => this.#withConnection(units));
    } catch (error) {
      if (!(error instanceof FateUnknownError)) throw error;
      const { evidence } = error.ifCommitted;
      if (evidence === null) return error.ifCommitted;
      const fate = await readFate(this.#deps.pool, error.transactionId, evidence, fateMs);
      if (fate === 'committed') return error.ifCommitted;
      // Rolled back: as if the connection had been lost before, which is worth another try.
      if (fate === 'aborted') throw error.cause;
      throw outcomeUnknown(error);
    }
  }

  async #withConnection(units: PendingUnit['unit'][]): Promise<Committed> {
    const client = await this.#deps.pool.connect();
    let broken: unknown;
    try {
      return await transact(client, units, this.#deps.transact);
    } catch (error) {
      broken = error;
      throw error;
    } finally {
      // After any error the connection's state is not worth a guess: a new one takes milliseconds.
      client.release(broken instanceof Error ? broken : undefined);
    }
  }
}

/** What is true of every unit of the batch alike; halving it would only ask again. */
function isAnswerForAll(error: unknown): boolean {
  return error instanceof AssayError;
}

function outcomeUnknown(cause: unknown): AssayError {
  const detail =
    'the database went away while this was being committed, and may or may not have taken it; ' +
    'retry with the same idempotency key';
  return new AssayError(503, 'outcome_unknown', detail, { cause, retryAfterSeconds: 1 });
}

function unavailable(cause: unknown): UnavailableError {
  return new UnavailableError('unavailable', 'the database does not answer; nothing was changed, try again', {
    cause,
  });
}
