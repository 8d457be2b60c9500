import type { IncomingMessage, ServerResponse } from 'node:http';
import { send, sendProblem, sendWrongMethod } from './answers.ts';
import { expositionType } from './exposition.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** `/healthz`, `/readyz` and `/metrics`. */
export function sendStatus(
  { engine, metrics }: SidecarContext,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') {
    sendProblem(response, 'not_found', 'there is nothing at this path');
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    sendWrongMethod(response, 'GET, HEAD');
    return;
  }
  const status = engine.status();
  if (path === '/metrics') {
    send(response, 200, metrics.text(status), expositionType);
    return;
  }
  const { phase, problem, ledgerAway, leaseRemaining } = status;
  // Ready while it may grant: with the ledger away it spends what it holds, and says 503 itself after that.
  const isFine = path === '/healthz' || phase === 'granting';
  const about = { status: isFine ? 'ok' : 'unavailable', phase, problem, ledger_away: ledgerAway };
  send(response, isFine ? 200 : 503, JSON.stringify({ ...about, lease_remaining: leaseRemaining }));
}
