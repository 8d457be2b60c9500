/**
 * A leaf is RFC 8785 JSON in which the event stands as it was stored:
 *
 * `{"event":{…},"hmac":"…","seq":7,"sequenced_at":"2026-01-31T09:00:00.123Z","tenant_id":"acme","tenant_prev":"…","tenant_seq":3}`
 *
 * `hmac` is HMAC-SHA-256 over the same text without the `hmac` member; `tenant_prev` is the leaf hash of the tenant's
 * entry before, 32 zero bytes for its first. Both are base64. With the HMAC inside the leaf, tree and chain vouch for it
 * too, and no column of the table says anything that the leaf does not.
 */
export interface LeafFacts {
  seq: number;
  /** Milliseconds since the epoch. */
  sequencedAt: number;
  tenantId: string;
  /** Base64. */
  tenantPrev: string;
  tenantSeq: number;
}

export const leafStart = '{"event":';

/** What follows event and HMAC. */
export function leafTail(facts: LeafFacts, sequencedAtText: string): string {
  return (
    `,"seq":${facts.seq},"sequenced_at":"${sequencedAtText}","tenant_id":${JSON.stringify(facts.tenantId)}` +
    `,"tenant_prev":"${facts.tenantPrev}","tenant_seq":${facts.tenantSeq}}`
  );
}

/** `,"hmac":"…"` with 32 bytes in base64. */
export const hmacMemberBytes = 10 + 44;

/** `tenant_prev` of a tenant's first entry. */
export const noPrevious = Buffer.alloc(32).toString('base64');
