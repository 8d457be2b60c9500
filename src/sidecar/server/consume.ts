import { type Decision, insufficient, isWorthWaiting, unavailable } from '../core/decision.ts';
import { sendAllowed, sendInsufficient, sendInvalid, sendProblem, sendUnavailable } from './answers.ts';
import { readConsume, readHeaders } from './fields.ts';
import type { Reply } from './reply.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** `POST /consume`. */
export function consume(context: SidecarContext, given: Record<string, unknown>, reply: Reply): void {
  const startedMs = performance.now();
  const body = readConsume(given);
  if ('location' in body) {
    context.metrics.decided('invalid', startedMs);
    sendInvalid(reply, body);
    return;
  }
  decide(context, reply, {
    ...decisionOf(body.tenant_id, body.amount, startedMs),
    requestId: body.request_id,
  });
}

/**
 * `/authz/*`, for proxies: the headers say whose request it is and what it costs. A request id is not taken from them, since
 * it would be the caller's own, who would send the same one for ever and pay once.
 *
 * @param deniedStatus for a proxy that understands no 402.
 */
export function authorize(
  context: SidecarContext,
  { tenantId, cost }: AuthzHeaders,
  deniedStatus: 402 | 403,
  reply: Reply,
): void {
  const startedMs = performance.now();
  const asked = readHeaders(tenantId, cost);
  if ('location' in asked) {
    context.metrics.decided('invalid', startedMs);
    sendInvalid(reply, asked);
    return;
  }
  decide(context, reply, { ...decisionOf(asked.tenant_id, asked.amount, startedMs), deniedStatus });
}

/** `X-Tenant-ID` and `X-Credit-Cost`. */
export interface AuthzHeaders {
  tenantId: string | undefined;
  cost: string | undefined;
}

interface Asked {
  tenantId: string;
  amount: number;
  startedMs: number;
  requestId: string | undefined;
  deniedStatus: 402 | 403;
}

function decisionOf(tenantId: string, amount: number, startedMs: number): Asked {
  return { tenantId, amount, startedMs, requestId: undefined, deniedStatus: 402 };
}

function decide(context: SidecarContext, reply: Reply, asked: Asked): void {
  const { engine, metrics, tenants, waitMs } = context;
  const { tenantId, amount, requestId, startedMs } = asked;
  if (tenants !== null && !tenants.has(tenantId)) {
    metrics.decided('forbidden', startedMs);
    sendProblem(reply, 'forbidden', 'this sidecar does not serve that tenant (ASSAY_TENANTS)');
    return;
  }
  if (requestId === undefined) {
    const code = engine.decide(tenantId, amount);
    if (code >= 0) {
      metrics.decided('allowed', startedMs);
      sendAllowed(reply, code);
      return;
    }
    if (code === insufficient || waitMs === 0 || !isWorthWaiting(engine.refusal().reason)) {
      answer(context, reply, asked, asDecision(context, code));
      return;
    }
  }
  engine.consumeSoon({ tenantId, amount, requestId }, waitMs, (decision) =>
    answer(context, reply, asked, decision),
  );
}

function asDecision({ engine }: SidecarContext, code: number): Decision {
  return code === unavailable ? { kind: 'unavailable', ...engine.refusal() } : { kind: 'insufficient' };
}

function answer({ metrics }: SidecarContext, reply: Reply, asked: Asked, decision: Decision): void {
  switch (decision.kind) {
    case 'allowed':
      metrics.decided('allowed', asked.startedMs);
      sendAllowed(reply, decision.leaseRemaining);
      return;
    case 'insufficient':
      metrics.decided('insufficient_credits', asked.startedMs);
      sendInsufficient(reply, asked.deniedStatus);
      return;
    case 'unavailable':
      metrics.decided('unavailable', asked.startedMs);
      metrics.unavailable(decision.reason);
      sendUnavailable(reply, decision.reason, decision.retryAfterMs);
      return;
    case 'request_id_reused':
      metrics.decided('invalid', asked.startedMs);
      sendProblem(reply, 'idempotency_key_reused', reusedDetail);
      return;
  }
}

export const reusedDetail = 'this request_id was used for another amount; use a new one for a new request';
