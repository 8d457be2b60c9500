/** Lets so many tasks run at once and the others wait their turn, so that a deadline can begin when a task does. */
export class TaskSlots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(slots: number) {
    this.#free = slots;
  }

  /** Tasks that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Calls `start` when it is this task's turn. @throws the signal's reason when it aborts before that. */
  async run<T>(signal: AbortSignal, start: () => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await this.#turn(signal);
    try {
      return await start();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#free++;
      else next();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (end: () => void) => () => {
        this.#waiting.delete(begin);
        signal.removeEventListener('abort', giveUp);
        end();
      };
      const begin = settle(resolve);
      const giveUp = settle(() => reject(signal.reason));
      this.#waiting.add(begin);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }
}
