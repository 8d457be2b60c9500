import autocannon from 'autocannon';
import { batchSize, type LoadKind, requestOf } from './ledger-requests.ts';

// The load generator, in a process of its own: autocannon, its requests written in place.

export interface Load {
  port: number;
  kind: LoadKind;
  connections: number;
  /** Requests in all; every one is answered before the load ends, so that answers can be counted against rows. */
  requests: number;
  /** 1: all requests are about one tenant. */
  tenants: number;
  key: string;
}

export interface LoadResult {
  /** Answered with 200. */
  ok: number;
  other: number;
  /** From the first request to the last answer. */
  seconds: number;
  perSecond: number;
  latencyMs: { p50: number; p99: number };
  /** Processor time of the generator. */
  cpuSeconds: number;
}

/** Unique over all loads of the process, so that no idempotency key is ever used twice. */
let sent = 0;

async function run(load: Load): Promise<LoadResult> {
  const cpuBefore = process.cpuUsage();
  let startedAt = 0;
  let endedAt = 0;
  const instance = autocannon({
    url: `http://127.0.0.1:${load.port}`,
    connections: load.connections,
    amount: load.requests,
    timeout: 60,
    setupClient: (client) => {
      const { request, write } = requestOf(load.kind, load.key);
      client.setRequests([request]);
      const buffer = client.requestIterator.currentRequest.requestBuffer;
      // autocannon has one request under way a connection, so its buffer is free again when the next one is due.
      client.on('request', () => {
        startedAt ||= performance.now();
        write(buffer, sent, load.tenants);
        sent += load.kind === 'batch' ? batchSize : 1;
      });
    },
  });
  instance.on('response', () => {
    endedAt = performance.now();
  });
  const result = await instance;
  const cpu = process.cpuUsage(cpuBefore);
  const seconds = (endedAt - startedAt) / 1000;
  const ok = result['2xx'];
  return {
    ok,
    other: result.non2xx + result.errors + result.timeouts,
    seconds,
    perSecond: ok / seconds,
    latencyMs: { p50: result.latency.p50, p99: result.latency.p99 },
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

process.on('message', (load: Load) => {
  void run(load).then((result) => process.send!(result));
});
process.send!('ready');
