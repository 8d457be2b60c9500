import { type DigitRun, digitRuns } from './digit-runs.ts';
import { isIssued } from './issuer-ranges.ts';
import { passesLuhn } from './luhn.ts';
import { CARD_DIGITS_MIN, mayHoldDigits } from './may-hold-digits.ts';

/** A card number in a text: where it begins and ends, and its last four digits. */
export interface CardNumber {
  start: number;
  end: number;
  lastFour: string;
}

/**
 * What is known about the place the text comes from.
 * - `text`: nothing; a number is one by length, issuer and check digit.
 * - `id`: numbers are expected, so a bare one is none: it needs a card's grouping, or a word such as "card" before it.
 * - `card`: card numbers are expected, so any number of their length is one, mistyped ones included.
 */
export type TextKind = 'text' | 'id' | 'card';

const CARD_DIGITS_MAX = 19;

/** How far before a number a word such as "card" still speaks of it. */
const CONTEXT_CHARACTERS = 32;
const contextWord =
  /(?<![a-z])(?:(?:credit|debit)?card|carte|karte|tarjeta|visa|master|maestro|amex|diners|unionpay|jcb|pan(?![a-z])|cc(?![a-z]))/i;

/**
 * Identifiers of random hexadecimal digits, of which a tenth of a percent hold a number that would pass: UUIDs, and
 * hashes or trace ids of 24 digits or more that have a letter among them.
 */
const hexIdentifier =
  /(?<![0-9a-z])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[0-9]*[a-f])[0-9a-f]{24,})(?![0-9a-z])/gi;

/**
 * The card numbers of a text, in order and without overlap, in any common spelling: bare, grouped by blanks, dashes or
 * dots, in digits of any script, with other text around.
 */
export function findCardNumbers(text: string, kind: TextKind = 'text'): CardNumber[] {
  if (!mayHoldDigits(text)) return [];
  const found = search(text, kind);
  if (found.length === 0) return found;
  // Only now, since it costs more than all before: identifiers are blotted out by letters, so that places stay.
  const visible = text.replace(hexIdentifier, (identifier) => 'x'.repeat(identifier.length));
  return visible === text ? found : search(visible, kind);
}

function search(text: string, kind: TextKind): CardNumber[] {
  return digitRuns(text).flatMap((run) => cardNumbersOf(run, text, kind));
}

function cardNumbersOf(run: DigitRun, text: string, kind: TextKind): CardNumber[] {
  const found: CardNumber[] = [];
  for (let first = 0; first < run.groups.length; first++) {
    const last = lastGroupOfCard(run, first, text, kind);
    if (last === -1) continue;
    const { start } = run.groups[first]!;
    const { from, size, end } = run.groups[last]!;
    found.push({ start, end, lastFour: run.digits.slice(from + size - 4, from + size) });
    first = last;
  }
  return found;
}

/** The last group of the longest card number that begins with group `first`, or -1. */
function lastGroupOfCard(run: DigitRun, first: number, text: string, kind: TextKind): number {
  const { from, start } = run.groups[first]!;
  const isNamed = () => contextWord.test(text.slice(Math.max(0, start - CONTEXT_CHARACTERS), start));
  let longest = -1;
  for (let last = first; last < run.groups.length; last++) {
    const group = run.groups[last]!;
    // A number that was filled up with zeros on the left is still that number.
    const digits = run.digits.slice(from, group.from + group.size).replace(/^0+/, '');
    if (digits.length > CARD_DIGITS_MAX) break;
    if (digits.length < CARD_DIGITS_MIN) continue;
    if (isCard(digits, kind, () => groupingOf(run, first, last, text), isNamed)) longest = last;
  }
  return longest;
}

/** How the digits are written: `bare`, as on a card, in another way, or as a part of a longer row of groups. */
type Grouping = 'bare' | 'card' | 'other' | 'part';

function groupingOf(run: DigitRun, first: number, last: number, text: string): Grouping {
  if (first === last) return 'bare';
  const sizes = run.groups.slice(first, last + 1).map((group) => group.size);
  if (cardGroupings.has(sizes.join('-')) || isEven(sizes)) return 'card';
  const isWhole = first === 0 && last === run.groups.length - 1;
  const { end } = run.groups[first]!;
  const isDecimalFraction = sizes.length === 2 && text.slice(end, run.groups[last]!.start) === '.';
  return isWhole && !isDecimalFraction ? 'other' : 'part';
}

/** American Express, Diners Club, and what banks print on cards of other lengths. */
const cardGroupings = new Set(['4-6-5', '4-6-4', '4-4-5', '6-10', '6-12', '6-13', '4-4-4-7', '6-4-4-2']);

/** Groups of one size but for the last: 4-4-4-4, 4-4-4-4-3, 8-8, pairs, single digits. */
function isEven(sizes: readonly number[]): boolean {
  const size = sizes[0]!;
  return sizes.every((other, i) => other === size || (i === sizes.length - 1 && other < size));
}

/** Luhn first: it turns nine in ten away and is cheap. */
function isCard(digits: string, kind: TextKind, written: () => Grouping, isNamed: () => boolean): boolean {
  const passes = passesLuhn(digits);
  if (kind === 'card') return passes || written() !== 'part';
  const issued = isIssued(digits);
  if (passes && issued) {
    const grouping = written();
    if (grouping === 'card' || (kind === 'text' && grouping !== 'part')) return true;
  }
  // A word before it speaks for a number of an unknown issuer, and for a mistyped one that is grouped like a card's.
  return (passes || (issued && written() === 'card')) && isNamed();
}
