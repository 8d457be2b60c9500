import { createHmac } from './hmac.ts';
import type { LeafFacts } from './leaf-text.ts';

export interface ReadLeaf extends LeafFacts {
  sequencedAtText: string;
  /** Base64. */
  hmac: string;
  /** Where the event's bytes lie in the leaf. */
  eventEnd: number;
  /** Where the members after `hmac` begin, comma included. */
  tailStart: number;
}

const tail =
  /^,"hmac":"([A-Za-z0-9+/]{43}=)"(,"seq":(\d{1,16}),"sequenced_at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","tenant_id":("(?:[^"\\]|\\.)*"),"tenant_prev":"([A-Za-z0-9+/]{43}=)","tenant_seq":(\d{1,16})\})$/;

/** Tenant names have at most 128 characters; six bytes each, should they be escaped, and the rest of the tail. */
const tailBytesMax = 1_024;

/**
 * What a leaf says besides its event, read from its end: the event may be long and is not looked at. Within JSON strings
 * quotation marks are escaped, so `,"hmac":"` cannot be part of a value.
 *
 * @returns null when the bytes are no leaf.
 */
export function readLeaf(leaf: Buffer): ReadLeaf | null {
  const from = Math.max(0, leaf.length - tailBytesMax);
  const end = leaf.toString('latin1', from);
  const at = end.lastIndexOf(',"hmac":"');
  if (at === -1) return null;
  const match = tail.exec(end.slice(at));
  if (match === null) return null;
  const [, hmac, members, seq, sequencedAtText, tenant, tenantPrev, tenantSeq] = match;
  const tenantId = readString(tenant!);
  if (tenantId === null) return null;
  return {
    seq: Number(seq),
    sequencedAt: Date.parse(sequencedAtText!),
    sequencedAtText: sequencedAtText!,
    tenantId,
    tenantPrev: tenantPrev!,
    tenantSeq: Number(tenantSeq),
    hmac: hmac!,
    eventEnd: from + at,
    tailStart: leaf.length - members!.length,
  };
}

/** The latin1 text of a JSON string of UTF-8 bytes. */
function readString(latin1: string): string | null {
  try {
    return JSON.parse(Buffer.from(latin1, 'latin1').toString('utf8')) as string;
  } catch {
    return null;
  }
}

/** Whether a leaf's HMAC is the one the key makes of the leaf without it. */
export function createLeafAuthenticator(
  hmacKey: Buffer,
): (leaf: Buffer, read: Pick<ReadLeaf, 'eventEnd' | 'tailStart' | 'hmac'>) => boolean {
  const hmac = createHmac(hmacKey);
  return (leaf, read) =>
    hmac.finish(
      Buffer.concat([hmac.innerPad, leaf.subarray(0, read.eventEnd), leaf.subarray(read.tailStart)]),
    ) === read.hmac;
}
