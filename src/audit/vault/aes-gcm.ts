import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

/** Bytes from a cryptographic source, such as `randomBytes` of node:crypto. */
export type Random = (bytes: number) => Buffer;

export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

/** Always given: without it Node accepts tags cut to as little as 4 bytes, which can be forged by trying. */
const options = { authTagLength: TAG_BYTES } as const;

/**
 * AES-256-GCM (NIST SP 800-38D).
 *
 * @param nonce 12 bytes that were never used with this key.
 * @returns nonce, ciphertext and tag in one piece.
 */
export function encrypt(key: KeyObject, nonce: Buffer, plaintext: Buffer, aad: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce, options);
  cipher.setAAD(aad);
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error when key, nonce, ciphertext, tag or additional data are not those it was encrypted with. */
export function decrypt(key: KeyObject, box: Buffer, aad: Buffer): Buffer {
  if (box.length < NONCE_BYTES + TAG_BYTES) throw new Error('too short to be encrypted data');
  const decipher = createDecipheriv('aes-256-gcm', key, box.subarray(0, NONCE_BYTES), options);
  decipher.setAAD(aad);
  decipher.setAuthTag(box.subarray(box.length - TAG_BYTES));
  const plaintext = decipher.update(box.subarray(NONCE_BYTES, box.length - TAG_BYTES));
  return Buffer.concat([plaintext, decipher.final()]);
}
