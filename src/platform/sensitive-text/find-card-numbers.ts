import { type DigitGroup, type DigitRun, digitRuns } from './digit-runs.ts';
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
/** With the zeros that a field of fixed width is filled up with. */
const FILLED_DIGITS_MAX = 24;

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
    const group = run.groups[first]!;
    if (run.digits.length - group.from < CARD_DIGITS_MIN) break;
    if (isInsideStretch(run.groups, first)) continue;
    const last = lastGroupOfCard(run, first, text, kind);
    if (last === -1) continue;
    const { from, size, end } = run.groups[last]!;
    found.push({ start: group.start, end, lastFour: run.digits.slice(from + size - 4, from + size) });
    first = last;
  }
  return found;
}

/**
 * Whether a small group goes on a row of its like: a number written in single digits or pairs begins where they begin.
 * Without this rule a megabyte of single digits took 5 s, since a number could begin at each.
 */
function isInsideStretch(groups: readonly DigitGroup[], at: number): boolean {
  const { size } = groups[at]!;
  return size <= SMALL_GROUP && at > 0 && groups[at - 1]!.size === size;
}

const SMALL_GROUP = 3;

/** The last group of the longest card number that begins with group `first`, or -1. */
function lastGroupOfCard(run: DigitRun, first: number, text: string, kind: TextKind): number {
  const { from, start } = run.groups[first]!;
  let named: boolean | undefined;
  const isNamed = () => {
    named ??= contextWord.test(text.slice(Math.max(0, start - CONTEXT_CHARACTERS), start));
    return named;
  };
  let longest = -1;
  for (let last = first; last < run.groups.length; last++) {
    const to = run.groups[last]!.from + run.groups[last]!.size;
    if (to - from > FILLED_DIGITS_MAX) break;
    if (to - from < CARD_DIGITS_MIN) continue;
    const written = run.digits.slice(from, to);
    // A bare number that was filled up with zeros on the left is still that number.
    const digits = first === last && written.startsWith('0') ? written.replace(/^0+/, '') : written;
    if (digits.length < CARD_DIGITS_MIN || digits.length > CARD_DIGITS_MAX) continue;
    if (isCard(digits, kind, () => groupingOf(run, first, last, text), isNamed)) longest = last;
  }
  return longest;
}

/** How the digits are written: `bare`, as on a card, in another way, or as a part of a longer row of groups. */
type Grouping = 'bare' | 'card' | 'other' | 'part';

function groupingOf({ groups }: DigitRun, first: number, last: number, text: string): Grouping {
  if (first === last) return 'bare';
  if (isEven(groups, first, last) || isCardGrouping(groups, first, last)) return 'card';
  const isWhole = first === 0 && last === groups.length - 1;
  const isDecimalFraction = last === first + 1 && text.slice(groups[first]!.end, groups[last]!.start) === '.';
  return isWhole && !isDecimalFraction ? 'other' : 'part';
}

/** American Express, Diners Club, and what banks print on cards of other lengths. */
const cardGroupings = new Set(['4-6-5', '4-6-4', '4-4-5', '6-10', '6-12', '6-13', '4-4-4-7', '6-4-4-2']);
const CARD_GROUPS_MAX = 4;

function isCardGrouping(groups: readonly DigitGroup[], first: number, last: number): boolean {
  if (last - first >= CARD_GROUPS_MAX) return false;
  const sizes = groups.slice(first, last + 1).map((group) => group.size);
  return cardGroupings.has(sizes.join('-'));
}

const evenSizes = new Set([1, 2, 4, 8]);

/** Groups of one size but for the last: 4-4-4-4, 4-4-4-4-3, 8-8, pairs, single digits. */
function isEven(groups: readonly DigitGroup[], first: number, last: number): boolean {
  const { size } = groups[first]!;
  if (!evenSizes.has(size)) return false;
  for (let at = first + 1; at < last; at++) if (groups[at]!.size !== size) return false;
  return groups[last]!.size <= size;
}

/** Odd groups are taken for a card's up to 16 digits; marketplaces number their orders 3-7-7. */
const ODD_DIGITS_MAX = 16;

function isCardSpelling(grouping: Grouping, digits: string): boolean {
  return grouping === 'bare' || (grouping === 'other' && digits.length <= ODD_DIGITS_MAX);
}

/** Luhn first: it turns nine in ten away and is cheap. */
function isCard(digits: string, kind: TextKind, written: () => Grouping, isNamed: () => boolean): boolean {
  const passes = passesLuhn(digits);
  if (kind === 'card') return passes || written() !== 'part';
  const issued = isIssued(digits);
  if (passes && issued) {
    const grouping = written();
    if (grouping === 'card' || (kind === 'text' && isCardSpelling(grouping, digits))) return true;
  }
  // A word before it speaks for a number of an unknown issuer, and for a mistyped one that is grouped like a card's.
  return (passes || (issued && written() === 'card')) && isNamed();
}
