import type { Sample } from '../batch/sample.ts';

/**
 * A 64-bit hash over what makes two samples the same request with the same label: source_ip, method, uri,
 * user_agent, payload, headers in order, and is_attack. Not id, timestamp, attack_type or metadata.
 *
 * Two 32-bit lanes over UTF-16 units, two units a step. Each lane multiplies and then shifts or rotates, because a
 * multiplication alone never carries a difference downwards. Every value is preceded by its length (−1 for an absent
 * one), so values cannot run into each other. It finds duplicates in a customer's own data and withstands nobody who
 * looks for collisions on purpose: by chance two of 10 million samples collide with probability 3 · 10⁻⁶. SHA-256
 * was not taken: 2 µs and more a sample, half of what a sample may cost.
 *
 * @param out receives the high and low half at `2 × index` and `2 × index + 1`, as PostgreSQL's bigint wants them.
 */
export function hashContent(sample: Sample, out: Int32Array, index: number): void {
  high = sample.isAttack ? 0x243f6a88 : 0x13198a2e;
  low = sample.isAttack ? 0x85a308d3 : 0x03707344;
  mixText(sample.sourceIp);
  mixText(sample.method);
  mixText(sample.uri);
  mixText(sample.userAgent);
  mixText(sample.payload);
  for (const header of sample.headers) {
    mixText(header[0]);
    mixText(header[1]);
  }
  out[2 * index] = finish(high ^ Math.imul(low, 0x9e3779b1));
  out[2 * index + 1] = finish(low ^ Math.imul(high, 0x85ebca6b));
}

// The state of the hash between two values of one sample. Module variables, as it is never held across a call and
// an object per sample would be garbage.
let high = 0;
let low = 0;

function mixText(text: string | null): void {
  const length = text === null ? -1 : text.length;
  let a = Math.imul(high ^ length, 0x9e3779b1);
  let b = Math.imul(low ^ length, 0x85ebca6b);
  if (text !== null) {
    const even = length & ~1;
    for (let i = 0; i < even; i += 2) {
      const unit = text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ unit, 0x85ebca6b);
      b = (b << 13) | (b >>> 19);
    }
    if (even < length) {
      const unit = text.charCodeAt(even);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      b = Math.imul(b ^ unit, 0x85ebca6b);
    }
  }
  high = a ^ (a >>> 15);
  low = (b << 13) | (b >>> 19);
}

/** The finalizer of MurmurHash3: every input bit reaches every output bit. */
function finish(h: number): number {
  let x = h;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}
