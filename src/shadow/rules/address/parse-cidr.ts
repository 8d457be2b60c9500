import { parseAddress, parseIpv6 } from './parse-address.ts';

/** An address range of one family, both ends included, as numbers of 32 or 128 bits. */
export interface AddressRange {
  family: 4 | 6;
  first: bigint;
  last: bigint;
}

/**
 * The range a CIDR names, or what is wrong with it. Host bits may be set and are ignored, as routers and most
 * firewalls do. `::ffff:a.b.c.d/n` with n of at least 96 is the IPv4 range it maps.
 */
export function parseCidr(text: string): AddressRange | string {
  const slash = text.indexOf('/');
  const bytes = Buffer.from(slash < 0 ? text : text.slice(0, slash), 'utf8');
  const words = new Uint32Array(4);
  const family = parseAddress(bytes, 0, bytes.length, words);
  if (family === 0) return 'its address is neither IPv4 nor IPv6';
  const prefixText = slash < 0 ? '' : text.slice(slash + 1);
  const written = bytes.includes(':') ? 6 : 4;
  const bits = written === 4 ? 32 : 128;
  if (slash < 0) return `it has no prefix length; a single address is written "${text}/${bits}"`;
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(prefixText) || Number(prefixText) > bits) {
    return `its prefix length is not a number from 0 to ${bits}`;
  }
  const prefix = Number(prefixText);
  if (written === 4) return rangeOf(4, BigInt(words[0]!), 32, prefix);
  if (family === 4 && prefix >= 96) return rangeOf(4, BigInt(words[0]!), 32, prefix - 96);
  parseIpv6(bytes, 0, bytes.length, words);
  return rangeOf(6, toBigInt(words), 128, prefix);
}

function rangeOf(family: 4 | 6, address: bigint, bits: number, prefix: number): AddressRange {
  const host = (1n << BigInt(bits - prefix)) - 1n;
  return { family, first: address & ~host, last: address | host };
}

function toBigInt(words: Uint32Array): bigint {
  return words.reduce((value, word) => (value << 32n) | BigInt(word), 0n);
}
