import type { Duplex } from 'node:stream';
import type { Connection, Submittable } from 'pg';
import { type ReadSink, ReusingSocket } from './reusing-socket.ts';

/** Codes of messages, in "Message Formats" of PostgreSQL's manual. */
const copyData = 0x64; // 'd'
/** May stand between the messages of a COPY, besides the response that opens it. */
const skipped = new Set(['H', 'N', 'S', 'A'].map((code) => code.charCodeAt(0)));
/** A code and the Int32 length of what follows, itself included. */
const headBytes = 5;

/**
 * A COPY … TO STDOUT whose bytes go to `receive` as they are read, without a stream in between: they lie in memory that
 * is used again after the call. The first message that is not of the COPY, its end or an error, gives the connection
 * back to the driver.
 *
 * Nothing here is an EventEmitter: an error that nobody waits for any more is nobody's.
 */
export class CopyOut implements Submittable {
  /** Settles when the server is ready for another statement: resolved after all bytes, rejected on any error. */
  readonly ended: Promise<void>;
  readonly #text: string;
  readonly #receive: ReadSink;
  #resolve!: () => void;
  #reject!: (error: Error) => void;
  #stream: Duplex | null = null;
  #detach: (rest: Buffer) => void = () => {};
  readonly #head = Buffer.alloc(headBytes);
  #headRead = 0;
  /** Bytes of the current message that are still to come. */
  #bodyLeft = 0;
  #forwards = false;

  constructor(text: string, receive: ReadSink) {
    this.#text = text;
    this.#receive = receive;
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // The reader may have gone before the error comes.
    this.ended.catch(() => {});
  }

  submit(connection: Connection): void {
    this.#stream = connection.stream;
    this.#detach = tapReads(connection.stream, (bytes) => this.#read(bytes));
    connection.query(this.#text);
  }

  /** Stops reading from the server, which then waits. */
  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  handleReadyForQuery(): void {
    this.#resolve();
  }

  /** Also when the connection is lost. */
  handleError(error: Error): void {
    this.#detach(nothing);
    this.#reject(error);
  }

  handleCommandComplete(): void {}

  #read(bytes: Buffer): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#bodyLeft > 0) {
        const end = Math.min(bytes.length, at + this.#bodyLeft);
        if (this.#forwards) this.#receive(bytes.subarray(at, end));
        this.#bodyLeft -= end - at;
        at = end;
        continue;
      }
      const read = bytes.copy(this.#head, this.#headRead, at, at + headBytes - this.#headRead);
      this.#headRead += read;
      at += read;
      if (this.#headRead < headBytes) return;
      this.#headRead = 0;
      const code = this.#head[0]!;
      if (code !== copyData && !skipped.has(code)) {
        this.#detach(Buffer.concat([this.#head, bytes.subarray(at)]));
        // `receive` may have paused in this same read, and the driver does not ask whether its stream flows.
        this.resume();
        return;
      }
      this.#forwards = code === copyData;
      this.#bodyLeft = this.#head.readInt32BE(1) - 4;
    }
  }
}

const nothing = Buffer.alloc(0);

/** Takes a connection's reads from the driver. @returns what gives them back, beginning with bytes read too far. */
function tapReads(stream: Duplex, sink: ReadSink): (rest: Buffer) => void {
  if (stream instanceof ReusingSocket) {
    stream.sink = sink;
    return (rest) => {
      if (stream.sink !== sink) return;
      stream.sink = null;
      if (rest.length > 0) stream.push(rest);
    };
  }
  // TLS: the driver's listener steps aside.
  const listeners = stream.listeners('data') as ReadSink[];
  stream.removeAllListeners('data').on('data', sink);
  return (rest) => {
    if (!stream.listeners('data').includes(sink)) return;
    stream.off('data', sink);
    for (const listener of listeners) {
      stream.on('data', listener);
      if (rest.length > 0) listener(rest);
    }
  };
}
