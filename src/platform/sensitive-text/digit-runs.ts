import { CARD_DIGITS_MIN } from './may-hold-digits.ts';

/** Digits of a text in a row, and the groups in which they are written. */
export interface DigitRun {
  /** As ASCII, whatever script they are written in. */
  digits: string;
  groups: DigitGroup[];
}

export interface DigitGroup {
  /** Where the group begins in `digits`, and how many there are. */
  from: number;
  size: number;
  /** Where it begins and ends in the text. */
  start: number;
  end: number;
}

/** As in " - ": more than that between two digits, and they are not one number. */
const separatorsMax = 3;

/**
 * Every run of twelve digits or more, in order, in one pass. By hand rather than by a regular expression with `\p{Nd}`,
 * which took ten times as long on a reference such as `order-2026-11-21-000123`.
 */
export function digitRuns(text: string): DigitRun[] {
  const runs: DigitRun[] = [];
  let run: DigitRun = { digits: '', groups: [] };
  let separators = 0;
  for (let at = 0; at < text.length; ) {
    const { digit, length } = readAt(text, at);
    if (digit !== undefined) {
      addDigit(run, digit, at, length);
      separators = 0;
    } else if (length === 0 || ++separators > separatorsMax) {
      if (run.digits.length >= CARD_DIGITS_MIN) runs.push(run);
      if (run.digits !== '') run = { digits: '', groups: [] };
    }
    at += length || 1;
  }
  if (run.digits.length >= CARD_DIGITS_MIN) runs.push(run);
  return runs;
}

function addDigit(run: DigitRun, digit: string, start: number, length: number): void {
  const group = run.groups.at(-1);
  if (group !== undefined && group.end === start) {
    group.size++;
    group.end += length;
  } else {
    run.groups.push({ from: run.digits.length, size: 1, start, end: start + length });
  }
  run.digits += digit;
}

/** A digit, or a separator with its length, or, with length 0, neither. */
interface Read {
  digit?: string;
  length: number;
}

const neither: Read = { length: 0 };
const asciiSeparator: Read = { length: 1 };
const asciiDigits: readonly Read[] = Array.from('0123456789', (digit) => ({ digit, length: 1 }));

function readAt(text: string, at: number): Read {
  const unit = text.charCodeAt(at);
  if (unit >= 0x30 && unit <= 0x39) return asciiDigits[unit - 0x30]!;
  if (unit > 0x7f) return readBeyondAscii(text, at);
  if (unit === 0x25) return text.startsWith('20', at + 1) ? { length: 3 } : neither; // a blank in an address
  return asciiSeparators.has(unit) ? asciiSeparator : neither;
}

/**
 * What people and programs write between the digits of a card number: blanks and dashes of any kind, dots, and what forms
 * put in a blank's place. Characters without width are seen by nobody.
 */
const asciiSeparators = new Set(Array.from(' \t\n\v\f\r-./+_', (character) => character.charCodeAt(0)));
const otherSeparator = /^(?:[\s\p{Zs}\p{Pd}\u2212\u00b7\u2022\u00ad\u2060\ufeff]|\u200b|\u200c|\u200d)$/u;
const decimalDigit = /^\p{Nd}$/u;

function readBeyondAscii(text: string, at: number): Read {
  const codePoint = text.codePointAt(at)!;
  const known = otherDigits.get(codePoint);
  if (known !== undefined) return known;
  const character = String.fromCodePoint(codePoint);
  if (otherSeparator.test(character)) return { length: character.length };
  if (!decimalDigit.test(character)) return neither;
  const read = { digit: valueOfDigit(codePoint), length: character.length };
  otherDigits.set(codePoint, read);
  return read;
}

/** Digits of other scripts seen so far; Unicode has about 750. */
const otherDigits = new Map<number, Read>();

/** Unicode keeps the decimal digits of a script together, 0 to 9 in order, so the value is the place in the row. */
function valueOfDigit(codePoint: number): string {
  let before = 0;
  while (decimalDigit.test(String.fromCodePoint(codePoint - before - 1))) before++;
  return String(before % 10);
}
