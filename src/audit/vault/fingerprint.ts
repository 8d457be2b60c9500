import { createHmac, createSecretKey, hash, hkdfSync, type KeyObject } from 'node:crypto';
import { maskSensitiveText } from '../../platform/sensitive-text/mask-sensitive-text.ts';

/** 32 bytes by which two request bodies are told apart. */
export type Fingerprint = (body: string) => Buffer;

/** A payment token has no form of its own, so its field gives it away. */
const tokenField = /"payment_token"\s*:\s*"(?:[^"\\]|\\.)*"/g;

/**
 * Tells a replayed request from another one under the same idempotency key, without keeping anything from which a card
 * number could be found by trying: when its first six and last four digits are known, a hundred thousand are left.
 *
 * A body with a card number or payment token is fingerprinted by HMAC-SHA-256 under a key derived from `secret` (HKDF-SHA-256,
 * RFC 5869), or, without a secret, with those masked: then two bodies that differ in nothing else count as the same. A body
 * that holds neither, which nearly all are, is simply hashed: processes agree on it however they are set up.
 *
 * @param secret FINGERPRINT_KEY. It must stay the same: with another, requests sent before it are not recognised.
 * @example const same = fingerprint(canonicalBody).equals(stored);
 */
export function createFingerprint(secret: KeyObject | undefined): Fingerprint {
  const keyed = secret === undefined ? undefined : derive(secret);
  return (body) => {
    const masked = maskSensitiveText(body.replace(tokenField, '"payment_token":"****"'));
    return masked !== body && keyed !== undefined
      ? hmac(keyed, body)
      : hash('sha256', domain + masked, 'buffer');
  };
}

/** So that it is the hash of nothing else we keep. */
const domain = 'assay/fingerprint/v1\n';

function derive(secret: KeyObject): KeyObject {
  const derived = hkdfSync('sha256', secret, Buffer.alloc(0), 'assay/idempotency-fingerprint/v1', 32);
  return createSecretKey(Buffer.from(derived));
}

function hmac(key: KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
