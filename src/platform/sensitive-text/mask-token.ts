/** Below this length four characters would be most of the token. */
const SHOWN_FROM_LENGTH = 8;

/** A payment token as it may be shown: `****` and its last four characters, or `****` alone when it is under eight. */
export function maskToken(token: string): string {
  return token.length < SHOWN_FROM_LENGTH ? '****' : `****${token.slice(-4)}`;
}
