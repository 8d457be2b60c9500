import type { ServerResponse } from 'node:http';
import type { EndResult, ReserveResult } from '../core/decision.ts';
import { send, sendInsufficient, sendInvalid, sendProblem, sendUnavailable } from './answers.ts';
import { reusedDetail } from './consume.ts';
import { readEnd, readReserve } from './fields.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** `POST /reserve`: local, for work whose cost is not known yet. */
export function reserve(
  context: SidecarContext,
  given: Record<string, unknown>,
  response: ServerResponse,
): void {
  const startedMs = performance.now();
  const { engine, metrics, tenants, waitMs, clock } = context;
  const body = readReserve(given);
  if ('location' in body) {
    metrics.decided('invalid', startedMs);
    sendInvalid(response, body);
    return;
  }
  if (tenants !== null && !tenants.has(body.tenant_id)) {
    metrics.decided('forbidden', startedMs);
    sendProblem(response, 'forbidden', 'this sidecar does not serve that tenant (ASSAY_TENANTS)');
    return;
  }
  const { tenant_id: tenantId, amount, request_id: requestId, ttl_seconds: ttlSeconds } = body;
  const answer = (result: ReserveResult) => {
    const expiresAt = new Date(clock() + ttlSeconds * 1_000).toISOString();
    answerReserve(context, response, result, startedMs, expiresAt);
  };
  engine.reserveSoon({ tenantId, amount, requestId }, ttlSeconds * 1_000, waitMs, answer);
}

function answerReserve(
  { metrics }: SidecarContext,
  response: ServerResponse,
  result: ReserveResult,
  startedMs: number,
  expiresAt: string,
): void {
  switch (result.kind) {
    case 'reserved': {
      metrics.decided('allowed', startedMs);
      const { reservationId, leaseRemaining } = result;
      const body = { success: true, reservation_id: reservationId, expires_at: expiresAt };
      send(response, 200, JSON.stringify({ ...body, lease_remaining: leaseRemaining }));
      return;
    }
    case 'insufficient':
      metrics.decided('insufficient_credits', startedMs);
      sendInsufficient(response);
      return;
    case 'unavailable':
      metrics.decided('unavailable', startedMs);
      metrics.unavailable(result.reason);
      sendUnavailable(response, result.reason, result.retryAfterMs);
      return;
    case 'request_id_reused':
      metrics.decided('invalid', startedMs);
      sendProblem(response, 'idempotency_key_reused', reusedDetail);
      return;
  }
}

/** `POST /commit`: charges what the work cost, all that was reserved unless `amount` says less. */
export function commit(
  { engine }: SidecarContext,
  given: Record<string, unknown>,
  response: ServerResponse,
): void {
  const body = readEnd(given, true);
  if ('location' in body) sendInvalid(response, body);
  else answerEnd(response, engine.commit(body.tenant_id, body.reservation_id, body.amount));
}

/** `POST /cancel`: charges nothing. */
export function cancel(
  { engine }: SidecarContext,
  given: Record<string, unknown>,
  response: ServerResponse,
): void {
  const body = readEnd(given, false);
  if ('location' in body) sendInvalid(response, body);
  else answerEnd(response, engine.cancel(body.tenant_id, body.reservation_id));
}

function answerEnd(response: ServerResponse, result: EndResult): void {
  switch (result.kind) {
    case 'ended': {
      const { charged, released, leaseRemaining } = result;
      const body = { success: true, charged, released, lease_remaining: leaseRemaining };
      send(response, 200, JSON.stringify(body));
      return;
    }
    case 'not_found':
      sendProblem(response, 'not_found', 'there is no such reservation here, or it is another tenant’s');
      return;
    case 'already_committed':
      sendProblem(response, 'hold_already_committed', 'the reservation was committed before');
      return;
    case 'already_cancelled':
      sendProblem(response, 'hold_already_cancelled', 'the reservation was cancelled before');
      return;
    case 'expired':
      sendProblem(response, 'hold_expired', 'the reservation expired and was charged as estimated');
      return;
    case 'exceeds_reserved':
      sendProblem(response, 'amount_exceeds_hold', `only ${result.reserved} were reserved`);
      return;
  }
}
