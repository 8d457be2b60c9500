import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, sendWrongMethod } from './answers.ts';
import { httpReply } from './reply.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** A ledger that is away may stay so; whoever asked to drain is told. It goes on all the same. */
const answerAfterMs = 10_000;

/** `POST /drain`: from here on nothing is spent. Answers once the ledger has everything back. */
export function drain({ engine }: SidecarContext, request: IncomingMessage, response: ServerResponse): void {
  const reply = httpReply(response);
  if (request.method !== 'POST') {
    sendWrongMethod(reply, 'POST');
    return;
  }
  const timer = setTimeout(() => {
    const { leases } = engine.status();
    reply.send(503, JSON.stringify({ drained: false, leases }), 'application/json', ['Retry-After', '5']);
  }, answerAfterMs);
  response.once('close', () => clearTimeout(timer));
  engine.drain(() => {
    if (!response.headersSent) sendJson(reply, 200, { drained: true });
  });
}
