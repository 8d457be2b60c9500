import { UnavailableError } from '../../platform/errors.ts';

/** An upload that waits longer than this for its turn is told to come back: most proxies give up at 60 s. */
const maxWaitMs = 15_000;
/** Uploads that may wait at once. Each holds a connection and one batch, some 3 MB, while its client is not read. */
const maxWaiting = 64;

/**
 * How many uploads may hold a database connection at once. The rest wait unread, which slows their clients by plain
 * TCP back-pressure; past the bound they get 503 with Retry-After, and the pool always has connections for others.
 */
export class UploadSlots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Half of a pool of `poolSize`, at least one. */
  static forPool(poolSize: number): UploadSlots {
    return new UploadSlots(Math.max(1, Math.floor(poolSize / 2)));
  }

  /** Runs `work` with a slot. @throws UnavailableError `overloaded` when there is none in time. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait();
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }

  #wait(): Promise<void> {
    if (this.#waiting.length >= maxWaiting) return Promise.reject(overloaded());
    return new Promise((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(overloaded());
      }, maxWaitMs);
      this.#waiting.push(turn);
    });
  }
}

function overloaded(): UnavailableError {
  return new UnavailableError(
    'overloaded',
    'too many uploads are being stored at once; nothing of this one was stored, send it again later',
    { retryAfterSeconds: 5 },
  );
}
