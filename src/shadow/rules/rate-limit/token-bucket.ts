export interface Limit {
  /** Tokens a full bucket holds, and what a key starts with. */
  readonly capacity: number;
  readonly refillPerSecond: number;
}

/**
 * How much short of a whole token still counts as one: refills such as 0.1 + … + 0.1 come to 0.9999999999999999
 * (RULES.md).
 */
const shortfallMax = 1e-9;

/** The tokens a bucket holds `elapsed_ms` after it held `tokens`. */
export function refill(tokens: number, elapsed_ms: number, limit: Limit): number {
  return Math.min(limit.capacity, tokens + (elapsed_ms * limit.refillPerSecond) / 1000);
}

/** Whether there is a token to take. A sample that takes one is within the limit; one that cannot matches. */
export function hasToken(tokens: number): boolean {
  return tokens >= 1 - shortfallMax;
}

/** One bucket a key, for samples that come in order of (time, ordinal). 16 bytes a key and the key itself. */
export class KeyedBuckets {
  readonly #limit: Limit;
  readonly #slots = new Map<string, number>();
  #tokens = new Float64Array(1024);
  #last_ms = new Float64Array(1024);

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** How many keys have been seen. */
  get size(): number {
    return this.#slots.size;
  }

  /** Counts a sample of `key` at `t_ms`; true when it is over the limit. */
  isLimited(key: string, t_ms: number): boolean {
    let slot = this.#slots.get(key);
    let tokens = this.#limit.capacity;
    if (slot === undefined) {
      slot = this.#slots.size;
      this.#slots.set(key, slot);
      if (slot === this.#tokens.length) this.#grow();
    } else {
      tokens = refill(this.#tokens[slot]!, t_ms - this.#last_ms[slot]!, this.#limit);
    }
    const limited = !hasToken(tokens);
    this.#tokens[slot] = limited ? tokens : tokens - 1;
    this.#last_ms[slot] = t_ms;
    return limited;
  }

  #grow(): void {
    const grow = (array: Float64Array<ArrayBuffer>) => {
      const grown = new Float64Array(array.length * 2);
      grown.set(array);
      return grown;
    };
    this.#tokens = grow(this.#tokens);
    this.#last_ms = grow(this.#last_ms);
  }
}
