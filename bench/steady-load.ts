import autocannon from 'autocannon';
import { tenantName } from './ledger-requests.ts';

// Spends at a steady rate: autocannon in a process of its own, tenants written in place.

export interface SteadyLoad {
  port: number;
  connections: number;
  requests: number;
  tenants: number;
  /** Requests a second over all connections. */
  rate: number;
}

export interface SteadyLoadResult {
  /** Not answered with 2xx, or not at all. */
  other: number;
}

const body = JSON.stringify({ tenant_id: tenantName(0), amount: 1 });
const digits = 5;
let sent = 0;

async function run({ port, connections, requests, tenants, rate }: SteadyLoad): Promise<SteadyLoadResult> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    amount: requests,
    timeout: 60,
    overallRate: rate,
    setupClient: (client) => {
      client.setRequests([
        { method: 'POST', path: '/consume', headers: { 'content-type': 'application/json' }, body },
      ]);
      const buffer = client.requestIterator.currentRequest.requestBuffer;
      const at = buffer.length - body.length + body.indexOf('bench-') + 'bench-'.length;
      client.on('request', () => {
        buffer.write(String((sent++ * 7_919) % tenants).padStart(digits, '0'), at, 'latin1');
      });
    },
  });
  return { other: result.non2xx + result.errors + result.timeouts };
}

process.on('message', (load: SteadyLoad) => {
  void run(load).then((result) => process.send!(result));
});
process.send!('ready');
