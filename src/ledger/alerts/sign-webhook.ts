import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';
/** Standard Webhooks asks for 24 to 64 bytes. */
const secretBytes = 32;

/** A signing secret in the form of Standard Webhooks: `whsec_` and the key in base64. */
export function makeWebhookSecret(random: (bytes: number) => Buffer = randomBytes): string {
  return prefix + random(secretBytes).toString('base64');
}

export interface WebhookMessage {
  /** The same at every attempt, so that a receiver can tell repeats. */
  id: string;
  /** Of the attempt, in whole seconds since 1970; receivers refuse old ones. */
  timestampSeconds: number;
  body: string;
}

/**
 * The headers of a webhook: HMAC-SHA256 over id, timestamp and body, as standardwebhooks.com, "Signature scheme",
 * version v1, says.
 */
export function webhookHeaders(secret: string, message: WebhookMessage): Record<string, string> {
  const { id, timestampSeconds, body } = message;
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': `v1,${signature}`,
  };
}
