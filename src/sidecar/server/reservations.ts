import type { EndResult, ReserveResult } from '../core/decision.ts';
import { sendInsufficient, sendInvalid, sendJson, sendProblem, sendUnavailable } from './answers.ts';
import { reusedDetail } from './consume.ts';
import { readEnd, readReserve } from './fields.ts';
import type { Reply } from './reply.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** `POST /reserve`: local, for work whose cost is not known yet. */
export function reserve(context: SidecarContext, given: Record<string, unknown>, reply: Reply): void {
  const startedMs = performance.now();
  const { engine, metrics, tenants, waitMs, clock } = context;
  const body = readReserve(given);
  if ('location' in body) {
    metrics.decided('invalid', startedMs);
    sendInvalid(reply, body);
    return;
  }
  if (tenants !== null && !tenants.has(body.tenant_id)) {
    metrics.decided('forbidden', startedMs);
    sendProblem(reply, 'forbidden', 'this sidecar does not serve that tenant (ASSAY_TENANTS)');
    return;
  }
  const { tenant_id: tenantId, amount, request_id: requestId, ttl_seconds: ttlSeconds } = body;
  const answer = (result: ReserveResult) => {
    const expiresAt = new Date(clock() + ttlSeconds * 1_000).toISOString();
    answerReserve(context, reply, result, startedMs, expiresAt);
  };
  engine.reserveSoon({ tenantId, amount, requestId }, ttlSeconds * 1_000, waitMs, answer);
}

function answerReserve(
  { metrics }: SidecarContext,
  reply: Reply,
  result: ReserveResult,
  startedMs: number,
  expiresAt: string,
): void {
  switch (result.kind) {
    case 'reserved': {
      metrics.decided('allowed', startedMs);
      const { reservationId, leaseRemaining } = result;
      const body = { success: true, reservation_id: reservationId, expires_at: expiresAt };
      sendJson(reply, 200, { ...body, lease_remaining: leaseRemaining });
      return;
    }
    case 'insufficient':
      metrics.decided('insufficient_credits', startedMs);
      sendInsufficient(reply);
      return;
    case 'unavailable':
      metrics.decided('unavailable', startedMs);
      metrics.unavailable(result.reason);
      sendUnavailable(reply, result.reason, result.retryAfterMs);
      return;
    case 'request_id_reused':
      metrics.decided('invalid', startedMs);
      sendProblem(reply, 'idempotency_key_reused', reusedDetail);
      return;
  }
}

/** `POST /commit`: charges what the work cost, all that was reserved unless `amount` says less. */
export function commit({ engine }: SidecarContext, given: Record<string, unknown>, reply: Reply): void {
  const body = readEnd(given, true);
  if ('location' in body) sendInvalid(reply, body);
  else answerEnd(reply, engine.commit(body.tenant_id, body.reservation_id, body.amount));
}

/** `POST /cancel`: charges nothing. */
export function cancel({ engine }: SidecarContext, given: Record<string, unknown>, reply: Reply): void {
  const body = readEnd(given, false);
  if ('location' in body) sendInvalid(reply, body);
  else answerEnd(reply, engine.cancel(body.tenant_id, body.reservation_id));
}

function answerEnd(reply: Reply, result: EndResult): void {
  switch (result.kind) {
    case 'ended': {
      const { charged, released, leaseRemaining } = result;
      const body = { success: true, charged, released, lease_remaining: leaseRemaining };
      sendJson(reply, 200, body);
      return;
    }
    case 'not_found':
      sendProblem(reply, 'not_found', 'there is no such reservation here, or it is another tenant’s');
      return;
    case 'already_committed':
      sendProblem(reply, 'hold_already_committed', 'the reservation was committed before');
      return;
    case 'already_cancelled':
      sendProblem(reply, 'hold_already_cancelled', 'the reservation was cancelled before');
      return;
    case 'expired':
      sendProblem(reply, 'hold_expired', 'the reservation expired and was charged as estimated');
      return;
    case 'exceeds_reserved':
      sendProblem(reply, 'amount_exceeds_hold', `only ${result.reserved} were reserved`);
      return;
  }
}
