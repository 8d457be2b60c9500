/** A bounded map whose entries leave when they are old, or when they are the least recently used of too many. */
export class ExpiringLru<V> {
  readonly #entries = new Map<string, { value: V; expiresAtMs: number }>();
  readonly #capacity: number;
  readonly #ttlMs: number;
  readonly #clock: () => number;
  /** The key that is last in the order already: asking for it again and again, as one busy client makes us, moves nothing. */
  #newest: string | undefined;

  /** @param clock milliseconds, such as `Date.now`. */
  constructor(capacity: number, ttlMs: number, clock: () => number) {
    this.#capacity = capacity;
    this.#ttlMs = ttlMs;
    this.#clock = clock;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const isOld = entry.expiresAtMs <= this.#clock();
    if (key === this.#newest && !isOld) return entry.value;
    this.#entries.delete(key);
    if (isOld) return undefined;
    this.#entries.set(key, entry);
    this.#newest = key;
    return entry.value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expiresAtMs: this.#clock() + this.#ttlMs });
    this.#newest = key;
    if (this.#entries.size > this.#capacity) this.#entries.delete(this.#entries.keys().next().value!);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  get size(): number {
    return this.#entries.size;
  }
}
