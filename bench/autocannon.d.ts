/** The parts of autocannon that the bench uses; it has no types of its own. */
declare module 'autocannon' {
  import type { EventEmitter } from 'node:events';

  interface Options {
    url: string;
    connections: number;
    /** Requests in all. */
    amount: number;
    /** Seconds. */
    timeout: number;
    socketPath?: string;
    /** Requests a second over all connections. */
    overallRate?: number;
    setupClient(client: Client): void;
  }

  export interface Client {
    setRequests(requests: object[]): void;
    /** Just before a request is written. */
    on(event: 'request', listener: () => void): void;
    requestIterator: { currentRequest: { requestBuffer: Buffer } };
  }

  interface Result {
    '2xx': number;
    non2xx: number;
    errors: number;
    timeouts: number;
    latency: { p50: number; p99: number };
  }

  export default function autocannon(options: Options): EventEmitter & PromiseLike<Result>;
}
