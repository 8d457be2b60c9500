import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '../node-http.ts';
import { type PlainRequest, readPlainRequest } from './plain-request.ts';
import type { Reply } from './reply.ts';

export interface PlainConnections {
  /** Those with no request under way. */
  closeIdle(): void;
  closeAll(): void;
}

/** @returns false, and has not replied: `node:http` shall. */
export type PlainHandler = (request: PlainRequest, bytes: Buffer, reply: Reply) => boolean;

/**
 * Answers plain requests as `node:http` would, in less than half of its time, which is most of what a decision takes. With the
 * first request that is not plain, a connection becomes `node:http`'s for good.
 */
export function takePlainConnections(server: Server, handle: PlainHandler): PlainConnections {
  const open = new Set<PlainConnection>();
  const [nodeHttp] = server.listeners('connection') as [(this: Server, socket: Socket) => void];
  server.removeAllListeners('connection');
  const { headersTimeout, keepAliveTimeout } = server;
  const times: Times = {
    firstMs: headersTimeout,
    nextMs: keepAliveTimeout + keepAliveBufferMs,
    header: `Keep-Alive: timeout=${Math.floor(keepAliveTimeout / 1_000)}`,
  };
  server.on('connection', (socket) => {
    open.add(
      new PlainConnection(socket, times, handle, {
        left: (connection) => open.delete(connection),
        notPlain: () => nodeHttp.call(server, socket),
      }),
    );
  });
  return {
    closeIdle: () => {
      for (const connection of open) connection.closeIdle();
    },
    closeAll: () => {
      for (const connection of open) connection.cut();
    },
  };
}

/** A connection is kept so much longer than it is told, as by `node:http`: what is on its way at the end is still read. */
const keepAliveBufferMs = 1_000;

/** How long a connection may be silent. */
interface Times {
  /** Before its first request. */
  firstMs: number;
  nextMs: number;
  /** What a client is told of it. */
  header: string;
}

interface Owner {
  left(connection: PlainConnection): void;
  /** The connection is to be `node:http`'s. */
  notPlain(): void;
}

/**
 * One request at a time: while one waits for its answer nothing is read, so that answers cannot overtake each other, and what
 * a client sends meanwhile stays in its own hands but for 64 kB.
 */
class PlainConnection implements Reply {
  readonly #socket: Socket;
  readonly #handle: PlainHandler;
  readonly #owner: Owner;
  readonly #times: Times;
  /** A request was read that has no answer yet. */
  #isWaiting = false;
  /** Answers that `flush` shall write. */
  #unwritten = '';
  /** The client has said that it will say no more. */
  #isEnding = false;
  #hasAsked = false;

  constructor(socket: Socket, times: Times, handle: PlainHandler, owner: Owner) {
    this.#socket = socket;
    this.#handle = handle;
    this.#owner = owner;
    this.#times = times;
    socket.setTimeout(times.firstMs);
    socket.on('data', this.#read);
    socket.on('end', this.#ended);
    socket.on('timeout', this.#timedOut);
    socket.on('drain', this.#drained);
    socket.on('error', this.#failed);
    socket.on('close', this.#closed);
  }

  send(status: number, text: string, contentType: string, header?: readonly [string, string]): void {
    const more = header === undefined ? '' : `${header[0]}: ${header[1]}\r\n`;
    if (this.#unwritten === '') writeSoon(this);
    this.#isWaiting = false;
    this.#unwritten +=
      `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${more}Content-Type: ${contentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nDate: ${httpDate()}\r\n` +
      `Connection: keep-alive\r\n${this.#times.header}\r\n\r\n${text}`;
  }

  flush(): void {
    if (this.#unwritten === '') return;
    const socket = this.#socket;
    const isRoom = socket.write(this.#unwritten);
    this.#unwritten = '';
    // The answers were of requests before one that waits now: its own comes next, and nothing else is read until then.
    if (this.#isWaiting) return;
    if (this.#isEnding) socket.end();
    // Whoever does not read its answers is not read from.
    else if (!isRoom) socket.pause();
    else if (socket.isPaused()) socket.resume();
  }

  closeIdle(): void {
    // What the kernel had no room for yet is an answer too.
    if (!this.#isWaiting && this.#unwritten === '' && this.#socket.writableLength === 0)
      this.#socket.destroy();
  }

  cut(): void {
    this.#socket.destroy();
  }

  readonly #read = (bytes: Buffer) => {
    const request = readPlainRequest(bytes);
    if (request === null) {
      this.#leave(bytes);
      return;
    }
    if (!this.#hasAsked) {
      this.#hasAsked = true;
      this.#socket.setTimeout(this.#times.nextMs);
    }
    this.#isWaiting = true;
    if (!this.#handle(request, bytes, this)) this.#leave(bytes);
    else if (this.#isWaiting) this.#socket.pause();
  };

  #leave(bytes: Buffer): void {
    const socket = this.#socket;
    // Not by `flush`, which may pause: what else has been read must go to node:http before what comes next.
    if (this.#unwritten !== '') socket.write(this.#unwritten);
    this.#unwritten = '';
    socket.off('data', this.#read);
    socket.off('end', this.#ended);
    socket.off('timeout', this.#timedOut);
    socket.off('drain', this.#drained);
    socket.off('error', this.#failed);
    socket.off('close', this.#closed);
    socket.setTimeout(0);
    this.#owner.left(this);
    this.#owner.notPlain();
    // Now, and not by `unshift`: that is read in a later turn, before which node:http may have read what came after it.
    socket.emit('data', bytes);
  }

  readonly #drained = () => {
    if (!this.#isWaiting) this.#socket.resume();
  };

  /** The client says no more, and may still read. */
  readonly #ended = () => {
    this.#isEnding = true;
    if (!this.#isWaiting && this.#unwritten === '') this.#socket.end();
  };

  /** Nothing came and nothing could be written for so long: also of a client that does not read its answers. */
  readonly #timedOut = () => {
    if (!this.#isWaiting) this.#socket.destroy();
  };

  /** A client that went away; 'close' follows. */
  readonly #failed = () => {};

  readonly #closed = () => {
    this.#owner.left(this);
  };
}

const withAnswers: PlainConnection[] = [];

/**
 * Answers are written when all that had arrived is decided. Each write wakes up whoever reads it, which takes longer than to
 * decide; of writes in a row most find it awake.
 */
function writeSoon(connection: PlainConnection): void {
  if (withAnswers.push(connection) === 1) setImmediate(writeAll);
}

function writeAll(): void {
  for (const connection of withAnswers.splice(0)) connection.flush();
}

let dateSecond = 0;
let date = '';

/** RFC 9110, section 5.6.7; made once a second. */
function httpDate(): string {
  const second = Math.floor(Date.now() / 1_000);
  if (second !== dateSecond) {
    dateSecond = second;
    date = new Date(second * 1_000).toUTCString();
  }
  return date;
}
