import fc from 'fast-check';

/** Prefixes and lengths as tests of payment pages have them; on purpose not those of `issuer-ranges.ts`. */
const schemes: readonly (readonly [prefixes: readonly string[], lengths: readonly number[]])[] = [
  [['4'], [13, 16, 16, 16, 19]],
  [['51', '52', '53', '54', '55', '2221', '2345', '2599', '2700', '2720'], [16]],
  [['34', '37'], [15]],
  [['300', '305', '36', '38'], [14]],
  [['6011', '644', '649', '65'], [16]],
  [['3528', '3589'], [16]],
  [
    ['620', '622126', '624', '6282'],
    [16, 17, 18, 19],
  ],
  [
    ['5018', '6304', '6759', '6763'],
    [12, 13, 16, 18, 19],
  ],
  [['2200', '2204'], [16]],
];

/** A number that some scheme could have issued, with its check digit. */
export const cardNumber: fc.Arbitrary<string> = fc
  .constantFrom(...schemes)
  .chain(([prefixes, lengths]) =>
    fc
      .tuple(fc.constantFrom(...prefixes), fc.constantFrom(...lengths))
      .chain(([prefix, length]) =>
        digits(length - 1 - prefix.length).map((rest) => withCheckDigit(prefix + rest)),
      ),
  );

export function digits(length: number): fc.Arbitrary<string> {
  return fc.array(fc.nat(9), { minLength: length, maxLength: length }).map((list) => list.join(''));
}

function withCheckDigit(body: string): string {
  for (let check = 0; check < 10; check++)
    if (luhnSum(`${body}${check}`) % 10 === 0) return `${body}${check}`;
  throw new Error('one of ten digits always fits');
}

function luhnSum(text: string): number {
  return Array.from(text).reduceRight((sum, digit, i) => {
    const value = Number(digit) * ((text.length - i) % 2 === 0 ? 2 : 1);
    return sum + (value > 9 ? value - 9 : value);
  }, 0);
}

const groups = (number: string, size: number) => number.match(new RegExp(`.{1,${size}}`, 'g'))!;
const shifted = (zero: number) => (number: string) =>
  Array.from(number, (digit) => String.fromCodePoint(zero + Number(digit))).join('');

/** How people and programs write one. */
export const spellings: Record<string, (number: string) => string> = {
  bare: (number) => number,
  blanks: (number) => groups(number, 4).join(' '),
  dashes: (number) => groups(number, 4).join('-'),
  dots: (number) => groups(number, 4).join('.'),
  'no-break blanks': (number) => groups(number, 4).join('\u00a0'),
  'thin blanks': (number) => groups(number, 4).join('\u2009'),
  'long dashes': (number) => groups(number, 4).join('–'),
  'dashes with blanks': (number) => groups(number, 4).join(' - '),
  underscores: (number) => groups(number, 4).join('_'),
  lines: (number) => groups(number, 4).join('\n'),
  'in an address': (number) => groups(number, 4).join('%20'),
  'in a form': (number) => groups(number, 4).join('+'),
  'eight and eight': (number) => groups(number, 8).join(' '),
  pairs: (number) => groups(number, 2).join(' '),
  'single digits': (number) => groups(number, 1).join(' '),
  'as on an American Express': (number) =>
    number.length === 14 || number.length === 15
      ? [number.slice(0, 4), number.slice(4, 10), number.slice(10)].join(' ')
      : number,
  'unseen characters': (number) => groups(number, 4).join('\u200b'),
  'full width': shifted(0xff10),
  arabic: shifted(0x660),
  devanagari: shifted(0x966),
  'mathematical bold': shifted(0x1d7ce),
};
