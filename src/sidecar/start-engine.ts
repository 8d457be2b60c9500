import { randomBytes } from 'node:crypto';
import { createLeaseEngine } from './core/engine.ts';
import type { EngineObserver, LeaseEngine } from './core/engine-api.ts';
import type { EngineSettings } from './core/settings.ts';
import { readBootId } from './journal/boot-id.ts';
import { openJournal } from './journal/open-journal.ts';
import { monotonicNow } from './monotonic-now.ts';
import { createHttpClient } from './transport/http-client.ts';
import { createHttpTransport } from './transport/http-transport.ts';

export interface StartEngineOptions {
  /** Where the API is. */
  apiUrl: string;
  /** With the scope `leases`. */
  apiKey: string;
  /** Names this holder, the same after a restart and no other's. */
  instance: string;
  /** Of this holder alone, and kept when its process is restarted. */
  journalDirectory: string;
  /** A ledger that does not answer within this is taken for away. */
  ledgerTimeoutMs?: number;
  observer?: EngineObserver;
  settings?: Partial<EngineSettings>;
}

export interface RunningEngine {
  engine: LeaseEngine;
  /**
   * Returns what is left and lets go of the journal; a second call is answered as the first.
   *
   * @returns whether the ledger has everything. Past the deadline it may not: the next process with this journal goes on.
   */
  stop(deadline: AbortSignal): Promise<boolean>;
}

/** How often what is due is sent. Also how late a waiter's time is up: well under what anybody waits. */
const tickMs = 50;

/**
 * A holder of leases in this process: the journal, the way to the ledger and the state machine, put together. It registers
 * at once and grants when that is answered; until then decisions are `unavailable`.
 *
 * @throws JournalError when the directory cannot be written, the disk is full, or another process spends from it.
 * @example
 * const { engine, stop } = startEngine({ apiUrl, apiKey, instance: 'worker-1', journalDirectory: '/var/lib/worker-1' });
 * engine.consumeSoon({ tenantId: 'acme', amount: 3 }, 1_000, (decision) => { … });
 */
export function startEngine(options: StartEngineOptions): RunningEngine {
  const nowMs = monotonicNow();
  const bootId = readBootId();
  const journal = openJournal({ directory: options.journalDirectory, bootId, nowMs: nowMs() });
  const { apiUrl: url, apiKey: key, ledgerTimeoutMs: timeoutMs = 3_000 } = options;
  const client = createHttpClient({ url, key, timeoutMs });
  const engine = createLeaseEngine({
    journal,
    transport: createHttpTransport(client, options.instance),
    nowMs,
    random: Math.random,
    newId: () => randomBytes(16).toString('hex'),
    ...(options.observer === undefined ? {} : { observer: options.observer }),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  engine.start();
  const ticking = setInterval(() => engine.tick(), tickMs);
  const close = () => {
    clearInterval(ticking);
    client.close();
    journal.close();
  };
  let stopped: Promise<boolean> | undefined;
  const stop = (deadline: AbortSignal) => {
    stopped ??= drained(engine, deadline).finally(close);
    return stopped;
  };
  return { engine, stop };
}

function drained(engine: LeaseEngine, deadline: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const giveUp = () => resolve(false);
    if (deadline.aborted) return giveUp();
    deadline.addEventListener('abort', giveUp, { once: true });
    engine.drain(() => {
      deadline.removeEventListener('abort', giveUp);
      resolve(true);
    });
  });
}
