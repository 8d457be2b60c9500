/** First retry after 5 s, then 30 s, 2 min, 10 min, 30 min and each hour: a deployment, an outage, a night. */
const delaysMs = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000] as const;

/** An alert older than a day is of no use to anybody. */
export const deliveryDeadlineMs = 24 * 3_600_000;

/**
 * How long to wait after an attempt that failed, ±20 % so that receivers which were away are not met by all at once.
 *
 * @param attempts made so far, at least 1.
 * @param random in [0, 1).
 */
export function retryDelayMs(attempts: number, random: number): number {
  const delayMs = delaysMs[Math.min(attempts, delaysMs.length) - 1]!;
  return Math.round(delayMs * (0.8 + 0.4 * random));
}
