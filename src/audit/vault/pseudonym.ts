import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { maskSensitiveText } from '../../platform/sensitive-text/mask-sensitive-text.ts';

/** A text that stands for another one: the same for the same, and nothing to be found in it. */
export type Pseudonym = (text: string) => string;

/** 96 bits: no two of a billion units meet by chance. */
const digestBytes = 12;

/**
 * Keeps apart what callers tell apart by ids of their own (users, sessions, requests), without keeping a card number, token or
 * key that they use as one: such a text is masked and followed by an HMAC-SHA-256 of it under a key derived from `secret`
 * (HKDF-SHA-256, RFC 5869). Refusing it would refuse a batch of thousands for one order number that looks like a card.
 * Every other text, which nearly all are, is itself.
 *
 * @param secret FINGERPRINT_KEY. Without it the mask alone stands for the text, as in `createFingerprint`, and two cards with
 *   the same last four digits are one unit.
 * @example pseudonym('4111111111111111'); // '****-****-****-1111#q2wm9QdoTj0nXH3a'
 */
export function createPseudonym(secret: KeyObject | undefined): Pseudonym {
  const key = secret === undefined ? undefined : derive(secret);
  return (text) => {
    const masked = maskSensitiveText(text);
    if (masked === text || key === undefined) return masked;
    const digest = createHmac('sha256', key).update(text).digest();
    return `${masked}#${digest.toString('base64url', 0, digestBytes)}`;
  };
}

function derive(secret: KeyObject): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'assay/pseudonym/v1', 32)));
}
