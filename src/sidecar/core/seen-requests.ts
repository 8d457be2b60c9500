import type { Decision, ReserveResult } from './decision.ts';

interface Seen {
  amount: number;
  reservationId: string | null;
}

/** What clients' `request_id`s spent, so that a retry spends nothing; the latest so many. Gone with the process. */
export class SeenRequests {
  readonly #seen = new Map<string, Seen>();
  /** Those that wait, and who else waits for the same. */
  readonly #waiting = new Map<
    string,
    { amount: number; answers: ((result: Decision | ReserveResult) => void)[] }
  >();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  find(key: string): Seen | undefined {
    return this.#seen.get(key);
  }

  remember(key: string, seen: Seen): void {
    this.#seen.set(key, seen);
    if (this.#seen.size > this.#max) this.#seen.delete(this.#seen.keys().next().value!);
  }

  waiting(key: string) {
    return this.#waiting.get(key);
  }

  wait(key: string, amount: number): void {
    this.#waiting.set(key, { amount, answers: [] });
  }

  /** @returns whoever else waited for it. */
  stopWaiting(key: string): ((result: Decision | ReserveResult) => void)[] {
    const answers = this.#waiting.get(key)?.answers ?? [];
    this.#waiting.delete(key);
    return answers;
  }
}
