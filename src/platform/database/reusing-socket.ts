import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Receives what was read, in memory that is used again after the call. */
export type ReadSink = (bytes: Buffer) => void;

/** Reads take what has arrived, seldom more than this; more only makes the processor's cache colder. */
const readBytesMax = 256 * 1024;

let memory: Buffer | undefined;

/**
 * A TCP connection that reads into memory of its process instead of 64 KiB of its own for each read. Those pieces, 400 of
 * them for a million samples, are garbage as soon as they are copied, and collecting them was two thirds of what the
 * thread that feeds all others did.
 *
 * Whoever sets `sink` gets the reads themselves; otherwise they go to the stream's readers, as copies.
 */
export class ReusingSocket extends Socket {
  sink: ReadSink | null = null;

  constructor() {
    // One for all connections: a read is over, and copied, before the next one of any connection begins.
    memory ??= Buffer.allocUnsafeSlow(readBytesMax);
    const buffer = memory;
    super({ onread: { buffer, callback: (length) => this.#receive(buffer.subarray(0, length)) } });
  }

  /**
   * A socket that was given its memory stops reading when paused, and only `resume` starts it again. Who pauses a stream
   * to `read()` from it, as pg-copy-streams does, would wait for ever.
   */
  override pause(): this {
    if (this.sink !== null) return super.pause();
    Duplex.prototype.pause.call(this);
    return this;
  }

  #receive(bytes: Buffer): boolean {
    if (this.sink === null) return this.push(Buffer.from(bytes));
    this.sink(bytes);
    return true;
  }
}

/** What `pg` asks for a connection's stream. Where TLS is to be spoken over it, the reads are those of TLS. */
export function connectionStream(config?: { ssl?: unknown }): Socket {
  return config?.ssl ? new Socket() : new ReusingSocket();
}
