import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Context } from 'hono';
import type { Fingerprint } from '../../../audit/vault/fingerprint.ts';
import type { Idempotency } from '../../../ledger/operation.ts';
import { InvalidRequestError } from '../../../platform/errors.ts';
import type { AppEnv } from '../../context.ts';
import { requestHeader } from '../../middleware/request-header.ts';

const lengthMax = 255;

/**
 * The request's idempotency key: of the body, or of the header.
 *
 * @throws InvalidRequestError where both are there and differ, or the header's is no key.
 */
export function idempotencyKeyOf(c: Context<AppEnv>, inBody: string | undefined): string | undefined {
  const inHeader = requestHeader(c, 'idempotency-key');
  if (inHeader === undefined) return inBody;
  if (inHeader.length === 0 || inHeader.length > lengthMax) {
    throw fault(`must be 1 to ${lengthMax} characters, found ${inHeader.length}`);
  }
  if (inBody !== undefined && inBody !== inHeader) {
    throw fault('differs from idempotency_key of the body; send one of them, or the same in both');
  }
  return inHeader;
}

function fault(message: string): InvalidRequestError {
  const location = 'header.idempotency-key';
  return new InvalidRequestError(`${location}: ${message}`, { errors: [{ location, message }] });
}

/**
 * What the ledger compares: hashes of the key and of what was asked. Two bodies are the same request when their values
 * are, whatever the order and the spacing of their members.
 *
 * @param asked the operation's name and its body; the body's own `idempotency_key` does not count.
 */
export function idempotencyOf(
  key: string | undefined,
  asked: readonly [op: string, body: { idempotency_key?: string | undefined; metadata?: unknown }],
  fingerprint: Fingerprint,
): Idempotency | null {
  if (key === undefined) return null;
  const [op, { idempotency_key: _, ...body }] = asked;
  // Validation puts the members in its own order; only what is inside metadata keeps the caller's.
  const text = body.metadata === undefined ? JSON.stringify(body) : canonicalize(body)!;
  return { keySha256: hash('sha256', key, 'buffer'), requestSha256: fingerprint(`${op} ${text}`) };
}
