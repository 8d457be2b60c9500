import type { EngineSettings } from './settings.ts';

/** A server may ask for longer; then it is asked again earlier than it likes, which costs it one request. */
const retryAfterMaxMs = 30_000;

/**
 * Whether the ledger answers. After a failure nothing is sent for a while, then a single request tries; the first answer
 * lets all the others go.
 */
export class LedgerLink {
  away = false;
  retryAtMs = 0;
  #failures = 0;
  #probing = false;
  readonly #settings: EngineSettings;
  readonly #random: () => number;

  constructor(settings: EngineSettings, random: () => number) {
    this.#settings = settings;
    this.#random = random;
  }

  maySend(nowMs: number): boolean {
    return !this.away || (nowMs >= this.retryAtMs && !this.#probing);
  }

  sending(): void {
    if (this.away) this.#probing = true;
  }

  answered(): void {
    this.away = false;
    this.#probing = false;
    this.#failures = 0;
  }

  failed(nowMs: number, retryAfterMs: number | null): void {
    this.away = true;
    this.#probing = false;
    const { backoffMinMs, backoffMaxMs } = this.#settings;
    const pauseMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** Math.min(this.#failures, 20));
    this.#failures++;
    // ± 20 %, so that the sidecars of a fleet do not come back together.
    const jittered = pauseMs * (0.8 + 0.4 * this.#random());
    this.retryAtMs = nowMs + Math.max(jittered, Math.min(retryAfterMs ?? 0, retryAfterMaxMs));
  }
}
