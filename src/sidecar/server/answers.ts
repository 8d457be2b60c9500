import { type ErrorCode, errorCodes } from '../../platform/error-codes.ts';
import type { UnavailableReason } from '../core/decision.ts';
import type { Invalid } from './fields.ts';
import type { Reply } from './reply.ts';

const json = 'application/json';

export function sendJson(reply: Reply, status: number, body: object): void {
  reply.send(status, JSON.stringify(body), json);
}

export function sendAllowed(reply: Reply, leaseRemaining: number): void {
  reply.send(200, `{"allowed":true,"lease_remaining":${leaseRemaining}}`, json);
}

/** @param status 402, or 403 for a proxy that takes no other. */
export function sendInsufficient(reply: Reply, status: 402 | 403 = 402): void {
  reply.send(status, '{"allowed":false,"code":"insufficient_credits"}', json);
}

export function sendUnavailable(reply: Reply, reason: UnavailableReason, retryAfterMs: number): void {
  const text = `{"allowed":false,"code":"unavailable","reason":"${reason}","retry_after_ms":${Math.ceil(retryAfterMs)}}`;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  reply.send(503, text, json, ['Retry-After', String(seconds)]);
}

/** The problem document of the API (RFC 9457), without a request id: a sidecar gives none. */
export function sendProblem(
  reply: Reply,
  code: keyof typeof errorCodes,
  detail: string,
  { errors = [], header }: { errors?: readonly Invalid[]; header?: readonly [string, string] } = {},
): void {
  const { status, title }: ErrorCode = errorCodes[code];
  const problem = { type: `urn:assay:error:${code}`, title, status, detail, code, errors };
  const older = { allowed: false, success: false, error: title };
  reply.send(status, JSON.stringify({ ...problem, ...older }), 'application/problem+json', header);
}

export function sendInvalid(reply: Reply, fault: Invalid): void {
  sendProblem(reply, 'invalid_request', `${fault.location}: ${fault.message}`, { errors: [fault] });
}

export function sendWrongMethod(reply: Reply, allowed: string): void {
  sendProblem(reply, 'method_not_allowed', `this path takes ${allowed}`, { header: ['Allow', allowed] });
}
