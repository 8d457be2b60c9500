import type { IncomingMessage } from 'node:http';
import { http, https } from '../node-http.ts';

export interface HttpClientOptions {
  /** The API's address; a path in it is kept. */
  url: string;
  key: string;
  /** For a whole exchange, connecting included. */
  timeoutMs: number;
  /** Connections at once; more requests wait for one. */
  connectionsMax?: number;
}

export interface HttpAnswer {
  status: number;
  /** Parsed; undefined when it is not JSON. */
  body: unknown;
  /** What `Retry-After` said, in milliseconds. */
  retryAfterMs: number | null;
}

export interface HttpClient {
  /** @param done called once: with the answer, or with why there is none. */
  post(path: string, body: unknown, done: (answer: HttpAnswer | Error) => void): void;
  /** Cuts what is under way and closes the kept connections. */
  close(): void;
}

/** The largest answer is that to a registration with 10,000 leases, some 2.5 MB. */
const answerBytesMax = 16 * 1_048_576;

/** POSTs JSON over kept connections. `fetch` does the same, and costs a process 9 MB of memory more. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const base = new URL(options.url);
  const { Agent, request } = base.protocol === 'https:' ? https() : http;
  const agent = new Agent({ keepAlive: true, maxSockets: options.connectionsMax ?? 16 });
  const prefix = base.pathname.replace(/\/$/, '');
  const headers = { authorization: `Bearer ${options.key}`, 'content-type': 'application/json' };

  function send(path: string, text: string, isRetry: boolean, done: (answer: HttpAnswer | Error) => void) {
    const sent = request(base, {
      agent,
      method: 'POST',
      path: `${prefix}${path}`,
      headers: { ...headers, 'content-length': Buffer.byteLength(text) },
    });
    const timer = setTimeout(
      () => sent.destroy(new Error(`no answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    sent.on('error', (error) => {
      clearTimeout(timer);
      // A kept connection that the server closed while the request was on its way. Every message to the ledger may be
      // sent twice, so this is no reason to call it away.
      if (sent.reusedSocket && !isRetry && (error as NodeJS.ErrnoException).code === 'ECONNRESET')
        send(path, text, true, done);
      else done(error);
    });
    sent.on('response', (response) => {
      readAnswer(response, (answer) => {
        clearTimeout(timer);
        done(answer);
      });
    });
    sent.end(text);
  }

  return {
    post: (path, body, done) => send(path, JSON.stringify(body), false, once(done)),
    close: () => agent.destroy(),
  };
}

function readAnswer(response: IncomingMessage, done: (answer: HttpAnswer | Error) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > answerBytesMax)
      response.destroy(new Error(`the answer has more than ${answerBytesMax} bytes`));
    else chunks.push(chunk);
  });
  response.on('error', done);
  response.on('end', () => {
    const status = response.statusCode!;
    const body = parse(Buffer.concat(chunks).toString());
    done({ status, body, retryAfterMs: retryAfter(response.headers['retry-after']) });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Our API answers in seconds, not with a date. */
function retryAfter(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

/** A destroyed exchange can report itself on the request and on the response. */
function once(done: (answer: HttpAnswer | Error) => void): (answer: HttpAnswer | Error) => void {
  let called = false;
  return (answer) => {
    if (called) return;
    called = true;
    done(answer);
  };
}
