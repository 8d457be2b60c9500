/**
 * What stands out in a value, as a bit set: enough to name the likely cause of a mistake, never used to judge a
 * request.
 */
export const mark = {
  percent: 1 << 0,
  doublePercent: 1 << 1,
  entity: 1 << 2,
  comment: 1 << 3,
  base64: 1 << 4,
  blankRun: 1 << 5,
  upperCase: 1 << 6,
  quote: 1 << 7,
  markup: 1 << 8,
  climb: 1 << 9,
  sqlWord: 1 << 10,
  shell: 1 << 11,
} as const;
export type Mark = keyof typeof mark;
export const markNames = Object.keys(mark) as Mark[];

/** Only the first bytes are looked at: marks of an attack stand early, and a megabyte must not cost a batch its time. */
const bytesExamined = 1024;
/** Shorter values of the base64 alphabet are mostly plain words. */
const base64LengthMin = 16;
const [select, union, insert, drop] = [
  Buffer.from('select'),
  Buffer.from('union'),
  Buffer.from('insert'),
  Buffer.from('drop'),
];

/** The marks of the value `bytes[start, end)`, in one pass. */
export function marksOf(bytes: Uint8Array, start: number, end: number): number {
  const last = Math.min(end, start + bytesExamined);
  let marks = base64Mark(bytes, start, end);
  for (let at = start; at < last; at++) marks |= markAt(bytes, at, last);
  return marks;
}

function markAt(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]!;
  const next = at + 1 < end ? bytes[at + 1]! : 0;
  switch (byte) {
    case 0x25: // %
      return percentMarks(bytes, at, end);
    case 0x26: // &
      return next === 0x23 || isLetter(next) ? entityMark(bytes, at, end) : 0;
    case 0x27: // '
      return mark.quote;
    case 0x2f: // /
      return next === 0x2a ? mark.comment : 0;
    case 0x3c: // <
      return isLetter(next) || next === 0x2f || next === 0x21 ? mark.markup : 0;
    case 0x2e: // .
      return next === 0x2e && at + 2 < end && (bytes[at + 2] === 0x2f || bytes[at + 2] === 0x5c)
        ? mark.climb
        : 0;
    case 0x3b: // ;
    case 0x60: // `
    case 0x7c: // |
      return mark.shell;
    case 0x24: // $
      return next === 0x28 ? mark.shell : 0;
    case 0x09:
    case 0x0a:
    case 0x0d:
      return mark.blankRun;
    case 0x20:
      return next === 0x20 ? mark.blankRun : 0;
    default:
      return letterMarks(bytes, at, end);
  }
}

function letterMarks(bytes: Uint8Array, at: number, end: number): number {
  const byte = bytes[at]!;
  if (!isLetter(byte)) return 0;
  const upper = byte < 0x61 ? mark.upperCase : 0;
  const word = sqlWordOf(byte | 0x20);
  return word !== undefined && startsWith(bytes, at, end, word) ? upper | mark.sqlWord : upper;
}

/** The one word that can start with this letter: most letters are done with after this. */
function sqlWordOf(lower: number): Uint8Array | undefined {
  switch (lower) {
    case 0x73:
      return select;
    case 0x75:
      return union;
    case 0x69:
      return insert;
    case 0x64:
      return drop;
    default:
      return undefined;
  }
}

function startsWith(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (at + word.length > end) return false;
  for (let k = 0; k < word.length; k++) if ((bytes[at + k]! | 0x20) !== word[k]) return false;
  return true;
}

/** `%XX`, and `%25XX`, which is an encoded `%XX`; an encoded quote or `<` counts as one as well. */
function percentMarks(bytes: Uint8Array, at: number, end: number): number {
  const code = hexPair(bytes, at + 1, end);
  if (code < 0) return 0;
  if (code === 0x25 && hexPair(bytes, at + 3, end) >= 0) return mark.percent | mark.doublePercent;
  if (code === 0x27) return mark.percent | mark.quote;
  return code === 0x3c ? mark.percent | mark.markup : mark.percent;
}

/** `&#…;` or `&name;`, the semicolon within ten bytes. */
function entityMark(bytes: Uint8Array, at: number, end: number): number {
  for (let k = at + 1; k < Math.min(end, at + 11); k++) {
    if (bytes[k] === 0x3b) return mark.entity;
    if (bytes[k] === 0x26 || bytes[k] === 0x3d) return 0;
  }
  return 0;
}

function base64Mark(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < base64LengthMin || length % 4 !== 0 || length > bytesExamined) return 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte >= 0x30 && byte <= 0x39;
    const padding = byte === 0x3d && at >= end - 2;
    if (!(isLetter(byte) || digit || padding || byte === 0x2b || byte === 0x2f)) return 0;
  }
  return mark.base64;
}

function isLetter(byte: number): boolean {
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function hexPair(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const high = hexDigit(bytes[at]!);
  const low = hexDigit(bytes[at + 1]!);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
