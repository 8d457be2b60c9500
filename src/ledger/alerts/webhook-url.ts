import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { maskSensitiveText } from '../../platform/sensitive-text/mask-sensitive-text.ts';
import { forbiddenAddress } from './forbidden-address.ts';

/** As long as browsers and proxies take. */
export const webhookUrlLengthMax = 2_048;

/** Names that resolve to the machine or its neighbours, whatever a resolver says. */
const localName = /(^|\.)(localhost|local|internal|localdomain|home\.arpa)\.?$/i;

/** How long a name may take to resolve while a threshold is set. */
const lookupMs = 2_000;

/**
 * Why alerts cannot be sent to a URL, or null when they can. Its addresses are looked up so that a mistake is told at
 * once; what counts is the check at each delivery (`checked-lookup.ts`). A name that does not resolve now may later.
 *
 * @param allowed ranges that may be sent to though they are private, also over http.
 */
export async function webhookUrlFault(text: string, allowed: readonly string[]): Promise<string | null> {
  const fault = urlFault(text, allowed);
  if (fault !== null) return fault;
  const host = hostOf(new URL(text));
  if (isIP(host) !== 0) return null;
  const addresses = await resolve(host);
  for (const address of addresses) {
    const why = forbiddenAddress(address, allowed);
    if (why !== null) return `resolves to ${address}, where webhooks are not sent: ${why}`;
  }
  return null;
}

/** What can be told without asking a resolver; also asked before each delivery. */
export function urlFault(text: string, allowed: readonly string[]): string | null {
  if (text.length > webhookUrlLengthMax) return `is longer than ${webhookUrlLengthMax} characters`;
  if (!URL.canParse(text)) return 'is not a URL';
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return 'holds credentials; the signature says who sends';
  if (maskSensitiveText(decoded(text)) !== decoded(text))
    return 'holds a card number, a token or a key; the signature says who sends';
  if (url.hash !== '') return 'has a fragment, which is never sent';
  const host = hostOf(url);
  const isLiteral = isIP(host) !== 0;
  const isAllowed = isLiteral && forbiddenAddress(host) !== null && forbiddenAddress(host, allowed) === null;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isAllowed))
    return 'must start with https://';
  if (isLiteral) {
    const why = forbiddenAddress(host, allowed);
    return why === null ? null : `names ${host}, where webhooks are not sent: ${why}`;
  }
  if (localName.test(host) || !host.includes('.')) return `names ${host}, which is not a public host`;
  return null;
}

/** URLs may spell any character as %41. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

async function resolve(host: string): Promise<string[]> {
  const answer = lookup(host, { all: true, verbatim: true }).catch(() => []);
  const timer = Promise.withResolvers<[]>();
  const timeout = setTimeout(() => timer.resolve([]), lookupMs);
  try {
    return (await Promise.race([answer, timer.promise])).map((found) => found.address);
  } finally {
    clearTimeout(timeout);
  }
}
