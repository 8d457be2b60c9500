import type { ServerResponse } from 'node:http';
import { type Decision, insufficient, isWorthWaiting, unavailable } from '../core/decision.ts';
import { sendAllowed, sendInsufficient, sendInvalid, sendProblem, sendUnavailable } from './answers.ts';
import { readConsume, readHeaders } from './fields.ts';
import type { SidecarContext } from './sidecar-context.ts';

/** `POST /consume`. */
export function consume(
  context: SidecarContext,
  given: Record<string, unknown>,
  response: ServerResponse,
): void {
  const startedMs = performance.now();
  const body = readConsume(given);
  if ('location' in body) {
    context.metrics.decided('invalid', startedMs);
    sendInvalid(response, body);
    return;
  }
  decide(context, response, {
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
  headers: NodeJS.Dict<string | string[]>,
  deniedStatus: 402 | 403,
  response: ServerResponse,
): void {
  const startedMs = performance.now();
  const asked = readHeaders(headers['x-tenant-id'] as string | undefined, headers['x-credit-cost']);
  if ('location' in asked) {
    context.metrics.decided('invalid', startedMs);
    sendInvalid(response, asked);
    return;
  }
  decide(context, response, { ...decisionOf(asked.tenant_id, asked.amount, startedMs), deniedStatus });
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

function decide(context: SidecarContext, response: ServerResponse, asked: Asked): void {
  const { engine, metrics, tenants, waitMs } = context;
  const { tenantId, amount, requestId, startedMs } = asked;
  if (tenants !== null && !tenants.has(tenantId)) {
    metrics.decided('forbidden', startedMs);
    sendProblem(response, 'forbidden', 'this sidecar does not serve that tenant (ASSAY_TENANTS)');
    return;
  }
  if (requestId === undefined) {
    const code = engine.decide(tenantId, amount);
    if (code >= 0) {
      metrics.decided('allowed', startedMs);
      sendAllowed(response, code);
      return;
    }
    if (code === insufficient || waitMs === 0 || !isWorthWaiting(engine.refusal().reason)) {
      answer(context, response, asked, asDecision(context, code));
      return;
    }
  }
  engine.consumeSoon({ tenantId, amount, requestId }, waitMs, (decision) =>
    answer(context, response, asked, decision),
  );
}

function asDecision({ engine }: SidecarContext, code: number): Decision {
  return code === unavailable ? { kind: 'unavailable', ...engine.refusal() } : { kind: 'insufficient' };
}

function answer(
  { metrics }: SidecarContext,
  response: ServerResponse,
  asked: Asked,
  decision: Decision,
): void {
  switch (decision.kind) {
    case 'allowed':
      metrics.decided('allowed', asked.startedMs);
      sendAllowed(response, decision.leaseRemaining);
      return;
    case 'insufficient':
      metrics.decided('insufficient_credits', asked.startedMs);
      sendInsufficient(response, asked.deniedStatus);
      return;
    case 'unavailable':
      metrics.decided('unavailable', asked.startedMs);
      metrics.unavailable(decision.reason);
      sendUnavailable(response, decision.reason, decision.retryAfterMs);
      return;
    case 'request_id_reused':
      metrics.decided('invalid', asked.startedMs);
      sendProblem(response, 'idempotency_key_reused', reusedDetail);
      return;
  }
}

export const reusedDetail = 'this request_id was used for another amount; use a new one for a new request';
