import { NONCE_BYTES, TAG_BYTES } from './aes-gcm.ts';

/** What a sealed value says of itself: the key it is sealed under, and the box that key opens. */
export interface Sealed {
  dataKeyId: string;
  /** Nonce, ciphertext, tag. */
  box: Buffer;
}

/** Of the form below; another form gets another number. */
const VERSION = 1;
const KEY_ID_BYTES = 16;
const HEADER_BYTES = 1 + KEY_ID_BYTES;

/** Version (1 byte), data key id (16), nonce (12), ciphertext (as long as the text), tag (16): 45 bytes more than the text. */
export function encodeSealed({ dataKeyId, box }: Sealed): Buffer {
  return Buffer.concat([Buffer.of(VERSION), Buffer.from(dataKeyId.replaceAll('-', ''), 'hex'), box]);
}

/** @returns null when these bytes were not made by `encodeSealed`. */
export function decodeSealed(bytes: Buffer): Sealed | null {
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== VERSION) return null;
  const hex = bytes.toString('hex', 1, HEADER_BYTES);
  const dataKeyId = [8, 12, 16, 20, 32].map((to, i, ends) => hex.slice(ends[i - 1] ?? 0, to)).join('-');
  return { dataKeyId, box: bytes.subarray(HEADER_BYTES) };
}
