import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Public by number, yet answered by the machine's own cloud: Azure's platform address. */
const platformAddresses = new Set(['168.63.129.16']);

/** The only IPv6 space that is given out to anyone (IANA, "Internet Protocol Version 6 Address Space"). */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Why a webhook must not be sent to an address, or null when it may. Everything is forbidden that is not plainly a public
 * host: private, link-local (cloud metadata among it), loopback, shared (CGNAT), multicast, reserved, and every IPv6 form
 * that carries an IPv4 address inside (mapped, compatible, NAT64, 6to4, Teredo), since a gateway may take it anywhere.
 *
 * @param address as the resolver or the connection has it.
 * @param allowed ranges that the operator lets through all the same.
 */
export function forbiddenAddress(address: string, allowed: readonly string[] = []): string | null {
  // Zones (`%eth0`) come with link-local addresses only.
  if (isIP(address) === 0 || address.includes('%')) return 'it is no address of a public host';
  // An IPv4-mapped IPv6 address is judged, and allowed, as the IPv4 address that is connected to.
  const parsed = ipaddr.process(isIP(address) === 6 ? inGroups(address) : address);
  if (allowed.some((range) => isWithin(parsed, range))) return null;
  const kind = parsed.range();
  if (kind !== 'unicast') return `it is ${words[kind] ?? 'reserved'}`;
  if (parsed.kind() === 'ipv6' && !parsed.match(globalUnicast)) return 'it is reserved';
  return platformAddresses.has(parsed.toString()) ? "it is the cloud platform's" : null;
}

/** Without an IPv4 address spelled out: the library takes `::8.8.8.8` for the mapped `::ffff:8.8.8.8`, which it is not. */
function inGroups(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

const words: Record<string, string> = {
  private: 'private',
  uniqueLocal: 'private',
  loopback: 'the machine itself',
  linkLocal: 'link-local',
  carrierGradeNat: 'shared by carriers (CGNAT)',
  multicast: 'multicast',
  broadcast: 'broadcast',
  unspecified: 'unspecified',
  rfc6052: 'NAT64',
  '6to4': '6to4',
  teredo: 'Teredo',
};

function isWithin(address: ipaddr.IPv4 | ipaddr.IPv6, range: string): boolean {
  const [first, bits] = ipaddr.parseCIDR(range);
  return first.kind() === address.kind() && address.match(first, bits);
}
