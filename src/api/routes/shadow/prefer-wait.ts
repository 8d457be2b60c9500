/** Longer waits hold a connection for little: results are a poll or an SSE stream away. */
export const waitSecondsMax = 60;

/**
 * The seconds of `Prefer: wait=N` (RFC 7240, section 4.3), at most `waitSecondsMax`; 0 when the caller asked for none.
 * A preference that cannot be understood is ignored, as the RFC asks.
 */
export function preferredWaitSeconds(header: string | undefined): number {
  const wait = /(?:^|[,;\s])wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(header ?? '');
  return wait === null ? 0 : Math.min(Number(wait[1]), waitSecondsMax);
}
