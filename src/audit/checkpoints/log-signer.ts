import { deriveSignerKey, parseSignerKey, type SignerKey } from './note-key.ts';

export interface LogSignerConfig {
  auditHmacKey: string | undefined;
  auditSigningKey: string | undefined;
  auditOrigin: string;
}

/**
 * The key that signs checkpoints: the configured one, else one derived from the HMAC key, which is the sequencer's alone as
 * well. Null where there is neither.
 *
 * @throws NoteKeyError
 */
export function logSigner(config: LogSignerConfig): SignerKey | null {
  const { auditHmacKey, auditSigningKey, auditOrigin } = config;
  if (auditSigningKey !== undefined) return parseSignerKey(auditSigningKey);
  return auditHmacKey === undefined ? null : parseSignerKey(deriveSignerKey(auditOrigin, 1, auditHmacKey));
}
