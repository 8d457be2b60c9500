import { sendJson, sendProblem, sendWrongMethod } from './answers.ts';
import { expositionType } from './exposition.ts';
import type { Reply } from './reply.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** `/healthz`, `/readyz` and `/metrics`. */
export function sendStatus(
  { engine, metrics }: SidecarContext,
  path: string,
  method: string | undefined,
  reply: Reply,
): void {
  if (path !== '/healthz' && path !== '/readyz' && path !== '/metrics') {
    sendProblem(reply, 'not_found', 'there is nothing at this path');
    return;
  }
  if (method !== 'GET' && method !== 'HEAD') {
    sendWrongMethod(reply, 'GET, HEAD');
    return;
  }
  const status = engine.status();
  if (path === '/metrics') {
    reply.send(200, metrics.text(status), expositionType);
    return;
  }
  const { phase, problem, ledgerAway, leaseRemaining } = status;
  // Ready while it may grant: with the ledger away it spends what it holds, and says 503 itself after that.
  const isFine = path === '/healthz' || phase === 'granting';
  const about = { status: isFine ? 'ok' : 'unavailable', phase, problem, ledger_away: ledgerAway };
  sendJson(reply, isFine ? 200 : 503, { ...about, lease_remaining: leaseRemaining });
}
