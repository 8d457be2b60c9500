/** What happens when, in order of time and, at one time, of being scheduled. A binary heap in parallel arrays. */
export class EventQueue<T> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #events: T[] = [];
  #order = 0;

  get size(): number {
    return this.#events.length;
  }

  add(atMs: number, event: T): void {
    let at = this.#events.length;
    const order = this.#order++;
    this.#times.push(atMs);
    this.#orders.push(order);
    this.#events.push(event);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  /** @returns the time of the next event; Infinity when there is none. */
  nextAtMs(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY;
  }

  take(): T {
    const first = this.#events[0]!;
    this.#swap(0, this.#events.length - 1);
    this.#times.pop();
    this.#orders.pop();
    this.#events.pop();
    let at = 0;
    for (;;) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#events.length && this.#before(child, least)) least = child;
      if (least === at) return first;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const [first, second] = [this.#times[a]!, this.#times[b]!];
    return first < second || (first === second && this.#orders[a]! < this.#orders[b]!);
  }

  #swap(a: number, b: number): void {
    for (const column of [this.#times, this.#orders, this.#events] as unknown[][])
      [column[a], column[b]] = [column[b], column[a]];
  }
}
