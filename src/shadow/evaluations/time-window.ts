const unitMs: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const durationPattern = /^([1-9]\d{0,8})([smhdw])$/;

/** @returns the milliseconds of a duration such as `15m`, `24h` or `7d`; null when it is none. */
export function parseDuration(text: string): number | null {
  const parts = durationPattern.exec(text);
  return parts === null ? null : Number(parts[1]) * unitMs[parts[2]!]!;
}
