/** Why one line cannot be stored. Caught by the reader that read the line; never leaves this folder. */
export class LineFault extends Error {
  override readonly name = 'LineFault';
}

/** What a value is and a glimpse of it, for a reason: `the number 12`, `the string "tru…`, `null`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return `the ${typeof value} ${glimpse(JSON.stringify(value))}`;
}

/** At most 60 characters of caller text in a reason: enough to find it, too little to fill a log. */
export function glimpse(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}
