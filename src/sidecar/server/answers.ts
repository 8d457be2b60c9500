import type { ServerResponse } from 'node:http';
import { type ErrorCode, errorCodes } from '../../platform/error-codes.ts';
import type { UnavailableReason } from '../core/decision.ts';
import type { Invalid } from './fields.ts';

const json = 'application/json';

/** `Content-Length` is given, so that Node does not chunk the answer. */
export function send(response: ServerResponse, status: number, text: string, type = json): void {
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

/** ASCII alone, so its length is that of the text. */
export function sendAllowed(response: ServerResponse, leaseRemaining: number): void {
  const text = `{"allowed":true,"lease_remaining":${leaseRemaining}}`;
  response.writeHead(200, { 'Content-Type': json, 'Content-Length': text.length });
  response.end(text);
}

/** @param status 402, or 403 for a proxy that takes no other. */
export function sendInsufficient(response: ServerResponse, status: 402 | 403 = 402): void {
  send(response, status, '{"allowed":false,"code":"insufficient_credits"}');
}

export function sendUnavailable(
  response: ServerResponse,
  reason: UnavailableReason,
  retryAfterMs: number,
): void {
  const text = `{"allowed":false,"code":"unavailable","reason":"${reason}","retry_after_ms":${Math.ceil(retryAfterMs)}}`;
  response.writeHead(503, {
    'Content-Type': json,
    'Content-Length': text.length,
    'Retry-After': Math.max(1, Math.ceil(retryAfterMs / 1_000)),
  });
  response.end(text);
}

/** The problem document of the API (RFC 9457), without a request id: a sidecar gives none. */
export function sendProblem(
  response: ServerResponse,
  code: keyof typeof errorCodes,
  detail: string,
  errors: readonly Invalid[] = [],
): void {
  const { status, title }: ErrorCode = errorCodes[code];
  const problem = { type: `urn:assay:error:${code}`, title, status, detail, code, errors };
  const older = { allowed: false, success: false, error: title };
  send(response, status, JSON.stringify({ ...problem, ...older }), 'application/problem+json');
}

export function sendInvalid(response: ServerResponse, fault: Invalid): void {
  sendProblem(response, 'invalid_request', `${fault.location}: ${fault.message}`, [fault]);
}

export function sendWrongMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  sendProblem(response, 'method_not_allowed', `this path takes ${allowed}`);
}
