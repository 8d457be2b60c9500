import autocannon from 'autocannon';
import { tenantName } from './ledger-requests.ts';

// Spends through a sidecar or what it is compared with: autocannon in a process of its own, tenants written in place.

export interface SidecarLoad {
  port: number;
  /** Instead of the port. */
  socketPath?: string;
  connections: number;
  requests: number;
  tenants: number;
  /** Requests a second over all connections; as many as there can be when left out. */
  rate?: number;
}

export interface SidecarLoadResult {
  other: number;
  perSecond: number;
}

const body = JSON.stringify({ tenant_id: tenantName(0), amount: 1 });
const digits = 5;
let sent = 0;

async function run({
  port,
  socketPath,
  connections,
  requests,
  tenants,
  rate,
}: SidecarLoad): Promise<SidecarLoadResult> {
  let startedAt = 0;
  let endedAt = 0;
  const instance = autocannon({
    url: `http://127.0.0.1:${port}`,
    connections,
    amount: requests,
    timeout: 60,
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(rate === undefined ? {} : { overallRate: rate }),
    setupClient: (client) => {
      client.setRequests([
        { method: 'POST', path: '/consume', headers: { 'content-type': 'application/json' }, body },
      ]);
      const buffer = client.requestIterator.currentRequest.requestBuffer;
      const at = buffer.length - body.length + body.indexOf('bench-') + 'bench-'.length;
      client.on('request', () => {
        startedAt ||= performance.now();
        buffer.write(String((sent++ * 7_919) % tenants).padStart(digits, '0'), at, 'latin1');
      });
    },
  });
  instance.on('response', () => {
    endedAt = performance.now();
  });
  const result = await instance;
  const other = result.non2xx + result.errors + result.timeouts;
  return { other, perSecond: (result['2xx'] / (endedAt - startedAt)) * 1_000 };
}

process.on('message', (load: SidecarLoad) => {
  void run(load).then((result) => process.send!(result));
});
process.send!('ready');
