/** Which balances are outdated: tenants and the versions they have reached. */
export type Versions = Map<string, number>;

/** A NOTIFY carries 7,999 bytes. */
const messageLengthMax = 7_900;

/** Lines of tenant and version, in as many messages as it takes; tenants have neither blanks nor other than ASCII. */
export function encodeVersions(versions: Versions): string[] {
  const messages: string[] = [];
  let message = '';
  for (const [tenantId, version] of versions) {
    const line = `${tenantId} ${version}\n`;
    if (message.length + line.length > messageLengthMax) {
      messages.push(message);
      message = '';
    }
    message += line;
  }
  if (message !== '') messages.push(message);
  return messages;
}

/** Skips what it does not understand: a later release may say more. */
export function decodeVersions(message: string): Versions {
  const versions: Versions = new Map();
  for (const line of message.split('\n')) {
    const [tenantId, text] = line.split(' ');
    const version = Number(text);
    if (tenantId && Number.isSafeInteger(version)) raise(versions, tenantId, version);
  }
  return versions;
}

/** Versions only grow. */
export function raise(versions: Versions, tenantId: string, version: number): void {
  const known = versions.get(tenantId);
  if (known === undefined || known < version) versions.set(tenantId, version);
}
