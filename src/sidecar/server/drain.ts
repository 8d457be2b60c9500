import type { IncomingMessage, ServerResponse } from 'node:http';
import { send, sendWrongMethod } from './answers.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** A ledger that is away may stay so; whoever asked to drain is told. It goes on all the same. */
const answerAfterMs = 10_000;

/** `POST /drain`: from here on nothing is spent. Answers once the ledger has everything back. */
export function drain({ engine }: SidecarContext, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'POST') {
    sendWrongMethod(response, 'POST');
    return;
  }
  const timer = setTimeout(() => {
    const { leases } = engine.status();
    response.setHeader('Retry-After', 5);
    send(response, 503, JSON.stringify({ drained: false, leases }));
  }, answerAfterMs);
  response.once('close', () => clearTimeout(timer));
  engine.drain(() => {
    if (!response.headersSent) send(response, 200, '{"drained":true}');
  });
}
