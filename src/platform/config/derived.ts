type Given = Record<string, string | undefined>;

const databaseNames = ['DATABASE_URL', 'CREDITS_DATABASE_URL', 'SHADOW_DATABASE_URL'] as const;

/** The one database under its three names; names that disagree are a fault rather than a silent choice. */
export function theDatabaseUrl(given: Given, faults: string[]): string | undefined {
  const named = databaseNames.filter((name) => given[name] !== undefined);
  const first = named[0];
  if (first === undefined) {
    faults.push('DATABASE_URL: not set; expected postgres://user:password@host:5432/database');
    return undefined;
  }
  for (const other of named.slice(1)) {
    if (sameDatabase(given[first]!, given[other]!)) continue;
    faults.push(`${other}: differs from ${first}; Assay keeps everything in one database, so set them alike`);
  }
  return given[first];
}

/** Two spellings of one database: `postgres` or `postgresql`, the port written out or not. */
function sameDatabase(a: string, b: string): boolean {
  if (a === b) return true;
  if (!URL.canParse(a) || !URL.canParse(b)) return false;
  return spelled(new URL(a)) === spelled(new URL(b));
}

function spelled(url: URL): string {
  url.searchParams.sort();
  return [url.username, url.password, url.hostname, url.port || '5432', url.pathname, url.search].join('\n');
}

/** `REDIS_URL`, or the URL that `REDIS_ADDR` and `REDIS_PASSWORD` make. */
export function redisUrlOf(given: Given, faults: string[]): string | undefined {
  const { REDIS_URL: url, REDIS_ADDR: address, REDIS_PASSWORD: password } = given;
  if (address === undefined) {
    if (password !== undefined && url === undefined) faults.push('REDIS_PASSWORD: set without REDIS_ADDR');
    return url;
  }
  if (url !== undefined) {
    faults.push('REDIS_ADDR: set together with REDIS_URL; keep one of them');
    return undefined;
  }
  const built = `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}${address}`;
  if (!/^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(address) || !URL.canParse(built)) {
    faults.push(`REDIS_ADDR: expected host:port, found "${address.slice(0, 60)}"`);
    return undefined;
  }
  return built;
}

/** A token is encrypted under the one and fingerprinted under the other. */
export function checkKeys(given: Given, faults: string[]): void {
  if (given.ENCRYPTION_KEYS !== undefined && given.FINGERPRINT_KEY === undefined) {
    faults.push('FINGERPRINT_KEY: needed with ENCRYPTION_KEYS; make one with openssl rand -base64 32');
  }
}
