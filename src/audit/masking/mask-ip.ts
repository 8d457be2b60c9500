import ipaddr from 'ipaddr.js';

/**
 * An address as the network it lies in: IPv4 as its /24, IPv6 as its /48. Those are what providers hand to a site, so they
 * still tell which network a request came from, and no longer whose line; 254 hosts or more share each.
 * An IPv4 address written as IPv6 is an IPv4 address. A list, as proxies write it, stays one. What is no address gives `unknown`.
 *
 * @example maskIp('203.0.113.77'); // '203.0.113.0/24'
 */
export function maskIp(address: string): string {
  return address.split(',').slice(0, proxiesMax).map(maskOne).join(', ');
}

/** No request passes more; what is longer was made up. */
const proxiesMax = 20;

function maskOne(address: string): string {
  const text = address.trim().replace(/\/(24|48)$/, ''); // masked already
  if (!ipaddr.isValid(text) || /^\d+$/.test(text)) return 'unknown';
  const parsed = ipaddr.process(text);
  if (parsed.kind() === 'ipv4') {
    const bytes = parsed.toByteArray();
    return `${bytes.slice(0, 3).join('.')}.0/24`;
  }
  const bytes = parsed.toByteArray().map((byte, i) => (i < 6 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/48`;
}
