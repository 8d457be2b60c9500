import { connect, type Socket } from 'node:net';
import { tenantName } from './ledger-requests.ts';

// Spends as fast as it is answered. autocannon takes more of a core for a request than a sidecar does, so that beside it a rate
// is autocannon's own, and wrk has no Unix sockets: here requests are made beforehand, an answer is looked at no further than
// its status, and what is due is sent together.

export interface SpendLoad {
  /** A port of this machine, or a socket's path. */
  at: { port: number } | { path: string };
  connections: number;
  seconds: number;
  tenants: number;
}

export interface SpendLoadResult {
  perSecond: number;
  requests: number;
  other: number;
}

async function run({ at, connections, seconds, tenants }: SpendLoad): Promise<SpendLoadResult> {
  const requests = Array.from({ length: tenants }, (_, n) => requestOf(tenantName(n)));
  let turn = 0;
  let answered = 0;
  let other = 0;
  let due: Socket[] = [];
  const sendAll = () => {
    const now = due;
    due = [];
    for (const socket of now) socket.write(requests[turn++ % tenants]!);
  };
  const sockets = await Promise.all(Array.from({ length: connections }, () => opened(at)));
  const startedAt = performance.now();
  await Promise.all(
    sockets.map(
      (socket) =>
        new Promise<void>((resolve, reject) => {
          socket.on('data', (bytes) => {
            if (bytes.at(-1) !== closingBrace) return; // the rest is still to come
            answered++;
            if (bytes.toString('latin1', 9, 12) !== '200') other++;
            if (performance.now() - startedAt > seconds * 1_000) socket.end(resolve);
            else if (due.push(socket) === 1) setImmediate(sendAll);
          });
          socket.on('error', reject);
          if (due.push(socket) === 1) setImmediate(sendAll);
        }),
    ),
  );
  const perSecond = (answered / (performance.now() - startedAt)) * 1_000;
  return { perSecond, requests: answered, other };
}

const closingBrace = '}'.charCodeAt(0);

function requestOf(tenant: string): Buffer {
  const body = JSON.stringify({ tenant_id: tenant, amount: 1 });
  const fields = `Host: sidecar\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
  return Buffer.from(`POST /consume HTTP/1.1\r\n${fields}\r\n${body}`);
}

function opened(at: SpendLoad['at']): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(at, () => resolve(socket));
    socket.once('error', reject);
  });
}

process.on('message', (load: SpendLoad) => {
  void run(load).then((result) => process.send!(result));
});
process.send!('ready');
