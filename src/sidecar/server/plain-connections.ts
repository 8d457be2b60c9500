import { type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
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
  server.on('connection', (socket) => {
    open.add(
      new PlainConnection(socket, server.keepAliveTimeout, handle, {
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

interface Owner {
  left(connection: PlainConnection): void;
  /** The connection is to be `node:http`'s. */
  notPlain(): void;
}

class PlainConnection implements Reply {
  readonly #socket: Socket;
  readonly #handle: PlainHandler;
  readonly #owner: Owner;
  readonly #keepAlive: string;
  /** A request was read that has no answer yet. */
  #isWaiting = false;
  /** Answers that `flush` shall write. */
  #unwritten = '';
  #isEnding = false;

  constructor(socket: Socket, keepAliveTimeoutMs: number, handle: PlainHandler, owner: Owner) {
    this.#socket = socket;
    this.#handle = handle;
    this.#owner = owner;
    this.#keepAlive = `\r\nConnection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeoutMs / 1_000)}\r\n\r\n`;
    socket.setTimeout(keepAliveTimeoutMs);
    socket.on('data', this.#read);
    socket.on('end', this.#ended);
    socket.on('timeout', this.#timedOut);
    socket.on('drain', this.#drained);
    socket.on('error', this.#failed);
    socket.on('close', this.#closed);
  }

  get #isIdle(): boolean {
    return !this.#isWaiting && this.#unwritten === '';
  }

  send(status: number, text: string, contentType: string, header?: readonly [string, string]): void {
    const more = header === undefined ? '' : `${header[0]}: ${header[1]}\r\n`;
    if (this.#unwritten === '') writeSoon(this);
    this.#isWaiting = false;
    this.#unwritten +=
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${more}Content-Type: ${contentType}\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nDate: ${httpDate()}${this.#keepAlive}${text}`;
  }

  flush(): void {
    if (this.#unwritten === '') return;
    const isRoom = this.#socket.write(this.#unwritten);
    this.#unwritten = '';
    if (this.#isEnding) this.#socket.end();
    // Whoever does not read its answers is not read from; a request that had to wait kept the next ones waiting.
    else if (!isRoom) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  closeIdle(): void {
    if (this.#isIdle) this.#socket.destroy();
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
    this.#isWaiting = true;
    if (!this.#handle(request, bytes, this)) this.#leave(bytes);
    else if (this.#isWaiting) this.#socket.pause();
  };

  #leave(bytes: Buffer): void {
    this.flush();
    const socket = this.#socket;
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
    if (this.#isIdle) this.#socket.end();
  };

  readonly #timedOut = () => {
    if (this.#isIdle) this.#socket.destroy();
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
