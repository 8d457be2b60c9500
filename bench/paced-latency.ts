import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Paced {
  requestsPerSecond: number;
  requests: number;
  headers: Record<string, string>;
}

/**
 * The 99th percentile, in milliseconds, of GETs that are sent at a steady rate whether or not the ones before were
 * answered. As fast as a client can, every answer would wait in the queue that the client itself keeps full, and the
 * figure would say how long that is.
 */
export async function pacedP99(url: string, path: () => string, paced: Paced): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const pending: Promise<number>[] = [];
  const startedAt = performance.now();
  while (pending.length < paced.requests) {
    const due = ((performance.now() - startedAt) * paced.requestsPerSecond) / 1_000;
    while (pending.length <= due && pending.length < paced.requests) {
      pending.push(latencyOf(`${url}${path()}`, paced.headers, agent));
    }
    await sleep(1);
  }
  const sorted = (await Promise.all(pending)).sort((a, b) => a - b);
  agent.destroy();
  return sorted[Math.ceil(0.99 * sorted.length) - 1]!;
}

function latencyOf(url: string, headers: Record<string, string>, agent: Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sentAt = performance.now();
    const send = () => {
      const sent = request(url, { headers, agent }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`${url} answered ${answer.statusCode}`));
        answer.resume().on('end', () => resolve(performance.now() - sentAt));
      });
      // A connection that the server closed for being idle at the moment it was taken: asked again, its time counts.
      sent.on('error', (error) => (sent.reusedSocket ? send() : reject(error))).end();
    };
    send();
  });
}
