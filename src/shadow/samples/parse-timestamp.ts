import { describeValue, LineFault } from './line-fault.ts';

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,18}))?(?:([Zz])|([+-])(\d{2}):(\d{2}))?$/;

/** The range of ECMAScript time values; anything outside is a unit mistake (nanoseconds, say), not a date. */
const maxTimeMs = 8.64e15;

/**
 * Milliseconds since the epoch from an RFC 3339 date-time (a blank may stand for `T`; no zone means UTC; digits past
 * the millisecond are cut) or from a whole number of milliseconds.
 */
export function parseTimestamp(value: unknown): number {
  if (typeof value === 'number') {
    if (Number.isInteger(value) && Math.abs(value) <= maxTimeMs) return value;
  } else if (typeof value === 'string') {
    const at = parseRfc3339(value);
    if (at !== null) return at;
  }
  throw new LineFault(
    `timestamp is ${describeValue(value)}, expected RFC 3339 such as "2026-01-31T12:00:00.000Z" or whole milliseconds since 1970`,
  );
}

function parseRfc3339(text: string): number | null {
  const parts = rfc3339.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  // Second 60 is a leap second; it is read as the first instant of the next minute.
  if (hour > 23 || minute > 59 || second > 60) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  const fraction = parts[7] === undefined ? 0 : Number(parts[7].slice(0, 3).padEnd(3, '0'));
  const zoneHour = Number(parts[10] ?? 0);
  const zoneMinute = Number(parts[11] ?? 0);
  if (zoneHour > 23 || zoneMinute > 59) return null;
  const zoneMinutes = (zoneHour * 60 + zoneMinute) * (parts[9] === '-' ? -1 : 1);
  return date.getTime() + (hour * 60 + minute - zoneMinutes) * 60_000 + second * 1000 + fraction;
}
