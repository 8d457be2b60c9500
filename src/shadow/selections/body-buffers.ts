/** Sizes are rounded up to this, so that a buffer fits most of the bodies that come after its first. */
const granularityBytes = 256 * 1024;

/**
 * Buffers for chunk bodies that go to a thread and come back. Allocating one for each body left so much to collect that
 * the reading thread spent a tenth of an evaluation on it.
 */
export class BodyBuffers {
  readonly #free: ArrayBuffer[] = [];
  readonly #lent = new WeakSet<ArrayBufferLike>();

  /** @returns `length` bytes at the start of an ArrayBuffer that nobody else uses. */
  take(length: number): Buffer<ArrayBuffer> {
    const last = this.#free.pop();
    const buffer =
      last !== undefined && last.byteLength >= length
        ? last
        : new ArrayBuffer(Math.ceil(length / granularityBytes) * granularityBytes);
    this.#lent.add(buffer);
    return Buffer.from(buffer, 0, length);
  }

  /** @returns the field itself where it stands in a buffer taken here, else a copy that does. */
  own(field: Buffer): Uint8Array<ArrayBuffer> {
    if (this.#lent.has(field.buffer)) return field as Uint8Array<ArrayBuffer>;
    const copy = this.take(field.length);
    field.copy(copy);
    return copy;
  }

  /** Takes back a buffer that is of no further use to its taker; there are as many as were ever in flight at once. */
  give(buffer: ArrayBuffer): void {
    this.#free.push(buffer);
  }
}
