/**
 * A clock in milliseconds since the machine's boot, the same for every process of one boot, that no setting of the time
 * moves: `process.hrtime` on Linux. Read once, and `performance.now` added to it, which allocates nothing.
 */
export function monotonicNow(): () => number {
  const [seconds, nanoseconds] = process.hrtime();
  const originMs = seconds * 1_000 + nanoseconds / 1e6 - performance.now();
  return () => originMs + performance.now();
}
